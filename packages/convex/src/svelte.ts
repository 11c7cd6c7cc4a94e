import { StreamError } from '@keepstream/core'
import { useStream as useTextStream } from '@keepstream/svelte'
import { getContext, setContext } from 'svelte'
import { derived, get, type Readable, readable } from 'svelte/store'
import { createHookClient, toStatus } from './hook-client'
import type { ConvexClientLike, StreamBody, StreamBodyQuery, StreamId, UseStreamOptions } from './types'

export type { StreamBody, StreamBodyQuery, StreamId, StreamStatus, UseStreamOptions } from './types'

/** The context key of convex-svelte's client. It is the same here, so that `setupConvex` works for these hooks too. */
const place = '$$_convexClient'

/** Provides a Convex client to the components below, if convex-svelte's `setupConvex` is not used. */
export function setConvex(client: ConvexClientLike): void {
  setContext(place, client)
}

/**
 * The component's hook for Svelte. The arguments are the same and may be stores (`toStore(() => id)` from runes). The result
 * is a store, as in `$reply.text`, which reads while it has a subscriber. It uses the Convex client of convex-svelte's
 * `setupConvex`, or of `setConvex`.
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
  streamUrl: URL | Readable<URL>,
  driven: boolean | Readable<boolean>,
  streamId: StreamId | undefined | Readable<StreamId | undefined>,
  opts?: UseStreamOptions | Readable<UseStreamOptions | undefined>,
): Readable<StreamBody> {
  const convex = getContext<ConvexClientLike | undefined>(place)
  if (!convex) throw new StreamError('invalid-option', 'useStream needs setupConvex of convex-svelte, or setConvex')
  const [url, options] = [toReadable(streamUrl), toReadable(opts)]
  const drive = () => ({ ...get(options), streamUrl: get(url) })
  const client = createHookClient(convex, getPersistentBody, drive)
  const reply = useTextStream(
    streamId,
    derived(toReadable(driven), (driven) => ({ client, start: driven })),
  )
  return derived(reply, ({ text, ...state }) => ({ text, status: toStatus(state) }))
}

function toReadable<Value>(value: Value | Readable<Value>): Readable<Value> {
  return (value as Readable<Value> | undefined)?.subscribe ? (value as Readable<Value>) : readable(value as Value)
}
