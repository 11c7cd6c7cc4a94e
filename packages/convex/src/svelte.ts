import { StreamError } from '@keepstream/core'
import { useStream as useTextStream } from '@keepstream/svelte'
import { getContext, setContext } from 'svelte'
import { derived, get, type Readable, readable } from 'svelte/store'
import { createHookClient, toStatus } from './hook-client'
import type { ConvexClientLike, StreamBody, StreamBodyQuery, StreamId, UseStreamOptions } from './types'

export type { StreamBody, StreamBodyQuery, StreamId, StreamStatus, UseStreamOptions } from './types'

/** Where convex-svelte keeps its client: a name of its own is known to its users, and to nobody else. */
const place = '$$_convexClient'

/** Gives a Convex client to the components below, where convex-svelte's `setupConvex` does not. */
export function setConvex(client: ConvexClientLike): void {
  setContext(place, client)
}

/**
 * The component's hook for Svelte: the same call, whose arguments may be stores (`toStore(() => id)` from runes), and a
 * store of the result, `$reply.text`, which reads while it has a subscriber. The Convex client is that of convex-svelte's
 * `setupConvex`, or of `setConvex`.
 *
 * A stream is its id and its Convex client: a new `URL`, new headers or a new token restart nothing, and are used from the
 * next attempt on.
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
    client,
    streamId,
    derived(toReadable(driven), (driven) => ({ driven })),
  )
  return derived(reply, ({ text, ...state }) => ({ text, status: toStatus(state) }))
}

function toReadable<Value>(value: Value | Readable<Value>): Readable<Value> {
  return (value as Readable<Value> | undefined)?.subscribe ? (value as Readable<Value>) : readable(value as Value)
}
