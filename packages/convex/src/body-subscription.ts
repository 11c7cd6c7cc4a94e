import { type SnapshotSubscription, SourceError } from '@keepstream/core'
import type { ConvexClientLike, StreamBody, StreamBodyQuery } from './types'
import { watchBody } from './watch-body'
import { watchConnection } from './watch-connection'

/** How often in a row the query may fail. A stream that was deleted fails for ever, and Convex may hide its words. */
const MAX_FAILURES = 4

/**
 * The app's query, pushed whole on every change. One that fails is subscribed to anew, with the client's waits between
 * attempts, a bounded number of times.
 */
export function bodySubscription(
  convex: ConvexClientLike,
  getStreamBody: StreamBodyQuery,
  failedDrives: Map<string, unknown>,
): SnapshotSubscription {
  /** In a row. */
  const failures = new Map<string, number>()

  return {
    subscribe({ id }, sink) {
      let isOver = false

      function onBody(body: StreamBody | null) {
        if (isOver) return
        failures.delete(id)
        // A query that answers with nothing, as an app may choose to, has nothing to show yet.
        const { text = '', status = 'pending' } = body ?? {}
        try {
          sink.next({ text, status })
        } catch (error) {
          // What is no body must not be thrown at the Convex client, which serves others.
          onError(error)
        }
      }

      function onError(cause: unknown) {
        if (isOver) return
        isOver = true
        const count = (failures.get(id) ?? 0) + 1
        if (count < MAX_FAILURES) {
          failures.set(id, count)
          return sink.lost(new SourceError('server', 'the query failed', { cause }))
        }
        failures.delete(id)
        const why = `the query failed ${count} times in a row: the stream was deleted, or may not be read`
        sink.lost(new SourceError('not-found', why, { cause }))
      }

      if (failedDrives.has(id)) sink.fail(failedDrives.get(id))
      failedDrives.delete(id)
      const undos = [
        watchConnection(convex, (connection) => isOver || sink.connection(connection)),
        watchBody(convex, getStreamBody, id, onBody, onError),
      ]
      return () => {
        isOver = true
        for (const undo of undos) undo()
      }
    },
  }
}
