import { type SnapshotSubscription, SourceError } from '@keepstream/core'
import type { ConvexClientLike, StreamBody, StreamBodyQuery } from '../types'
import { watchBody } from './watch-body'
import { watchConnection } from './watch-connection'

/** How often in a row the query may fail. For a deleted stream it always fails, and Convex may hide the error message. */
const MAX_FAILURES = 4

/**
 * Subscribes to the app's query, which pushes the whole body on every change. A failed query is subscribed to again a
 * bounded number of times, with the client's waits between attempts.
 */
export function bodySubscription(
  convex: ConvexClientLike,
  getStreamBody: StreamBodyQuery,
  failedDrives: Map<string, unknown>,
): SnapshotSubscription {
  /** Failures in a row. */
  const failures = new Map<string, number>()

  return {
    subscribe({ id }, sink) {
      let isOver = false

      function onBody(body: StreamBody | null) {
        if (isOver) return
        failures.delete(id)
        // An app's query may return `null`: then there is nothing to show yet.
        const { text = '', status = 'pending' } = body ?? {}
        try {
          sink.next({ offset: 0, text, status })
        } catch (error) {
          // An error about a malformed body must not reach the Convex client, because others use it too.
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
      const unsubscribes = [
        watchConnection(convex, (connection) => isOver || sink.connection(connection)),
        watchBody(convex, getStreamBody, id, onBody, onError),
      ]
      return () => {
        isOver = true
        for (const unsubscribe of unsubscribes) unsubscribe()
      }
    },
  }
}
