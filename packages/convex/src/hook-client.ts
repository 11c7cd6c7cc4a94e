import {
  type AttachOptions,
  createStreamClient,
  type StreamClient,
  type StreamState,
  type TextStream,
} from '@keepstream/core'
import { getFunctionName } from 'convex/server'
import { createSources } from './sources/create-sources'
import type { Drive } from './sources/http-action'
import type { ConvexClientLike, StreamBodyQuery, StreamStatus } from './types'

/**
 * The client that one hook passes to its binding. While the hook reads and drives, it offers `drive`. That is called only
 * when it is needed, so the values of the latest render are used, and nothing is restarted for them.
 */
export function createHookClient(convex: ConvexClientLike, query: StreamBodyQuery, drive: () => Drive): StreamClient {
  const { client, offers } = share(convex, query)

  function offer(id: string | undefined, { start }: AttachOptions = {}): () => void {
    if (!start || id === undefined) return () => {}
    // A separate object, because a component may attach again before it detaches.
    const own = { drive }
    const all = offers.get(id) ?? new Set()
    offers.set(id, all.add(own))
    return () => {
      all.delete(own)
      if (all.size === 0 && offers.get(id) === all) offers.delete(id)
    }
  }

  function offering(stream: TextStream): TextStream {
    const during = (detach: () => void, options?: AttachOptions) => {
      const withdraw = offer(stream.id, options)
      return () => {
        detach()
        withdraw()
      }
    }
    return {
      ...stream,
      attach: (options) => during(stream.attach(options), options),
      subscribe: (listener, options) => during(stream.subscribe(listener, options), options),
    }
  }

  /** Returns the same object for the same stream, as bindings expect. */
  const wrapped = new WeakMap<TextStream, TextStream>()
  return {
    ...client,
    stream(id, options) {
      const stream = client.stream(id, options)
      const own = wrapped.get(stream) ?? offering(stream)
      wrapped.set(stream, own)
      return own
    },
  }
}

/** The component's status. A stream that cannot be read, such as a deleted one, is `error`, as in the component. */
export function toStatus({ status, connection }: Pick<StreamState, 'status' | 'connection'>): StreamStatus {
  return connection === 'failed' ? 'error' : (status as StreamStatus) // it is never `stopped`, because there is no stop source
}

/** The state that the hooks of one Convex client share for one query. Only the id selects the stream. */
interface Shared {
  readonly client: StreamClient
  /** The drives that components offer for each id, the latest last. */
  readonly offers: Map<string, Set<{ drive(): Drive }>>
}

const known = new WeakMap<ConvexClientLike, Map<string, Shared>>()

function share(convex: ConvexClientLike, query: StreamBodyQuery): Shared {
  const queries = known.get(convex) ?? new Map<string, Shared>()
  known.set(convex, queries)
  // `api.chat.getChatBody` is a new object each time.
  const name = getFunctionName(query)
  const found = queries.get(name)
  if (found) return found
  const offers: Shared['offers'] = new Map()
  const driveOf = (id: string) => [...(offers.get(id) ?? [])].at(-1)?.drive()
  const shared = { client: createStreamClient(createSources(convex, query, driveOf)), offers }
  queries.set(name, shared)
  return shared
}
