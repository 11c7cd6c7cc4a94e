import { StreamError } from '@keepstream/core'
import { useStream as useTextStream } from '@keepstream/solid'
import { type Accessor, createContext, createMemo, useContext } from 'solid-js'
import { createHookClient, toStatus } from './hook-client'
import type { ConvexClientLike, StreamBody, StreamBodyQuery, StreamId, UseStreamOptions } from './types'

export type { StreamBody, StreamBodyQuery, StreamId, StreamStatus, UseStreamOptions } from './types'

/** Provides a Convex client to the components below: `<ConvexContext.Provider value={client}>`. */
export const ConvexContext = createContext<ConvexClientLike>()

/**
 * The component's hook for Solid. The arguments are the same and may be accessors. The result has getters of the same names
 * that change separately. It uses the Convex client of the `<ConvexContext.Provider>` above.
 *
 * Only the id and the Convex client select the stream. A new `URL`, new headers or a new token restart nothing, and are used
 * from the next attempt on.
 *
 * @param getPersistentBody The query that returns the component's `getStreamBody`.
 * @param streamUrl The HTTP action that calls the component's `stream`.
 * @param driven Whether this component's user asked for the text. Latched for the id: it is generated once.
 * @param streamId The stream; `undefined` shows nothing yet.
 * @throws {StreamError} `invalid-option` without a Convex client
 */
export function useStream(
  getPersistentBody: StreamBodyQuery,
  streamUrl: URL | Accessor<URL>,
  driven: boolean | Accessor<boolean>,
  streamId: StreamId | undefined | Accessor<StreamId | undefined>,
  opts?: UseStreamOptions | Accessor<UseStreamOptions | undefined>,
): StreamBody {
  const convex = useContext(ConvexContext)
  if (!convex) throw new StreamError('invalid-option', 'useStream needs a <ConvexContext.Provider> above')
  const drive = () => ({ ...read(opts), streamUrl: read(streamUrl) })
  const client = createHookClient(convex, getPersistentBody, drive)
  const reply = useTextStream(streamId, () => ({ client, start: read(driven) }))
  const status = createMemo(() => toStatus(reply))
  return {
    get text() {
      return reply.text
    },
    get status() {
      return status()
    },
  }
}

function read<Value>(value: Value | Accessor<Value>): Value {
  return typeof value === 'function' ? (value as Accessor<Value>)() : value
}
