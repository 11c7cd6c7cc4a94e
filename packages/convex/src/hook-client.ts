import {
  type AttachOptions,
  createStreamClient,
  type StreamClient,
  type StreamState,
  type TextStream,
} from '@keepstream/core'
import { getFunctionName } from 'convex/server'
import { createSources } from './create-sources'
import type { Drive } from './http-action'
import type { ConvexClientLike, StreamBodyQuery, StreamStatus } from './types'

/**
 * The client that one hook gives to its binding. While the hook reads and drives, it offers `drive`, which is asked at the
 * moment it is needed: what the latest render brought counts, and nothing is restarted for it.
 */
export function createHookClient(convex: ConvexClientLike, query: StreamBodyQuery, drive: () => Drive): StreamClient {
  const { client, offers } = share(convex, query)

  function offer(id: string | undefined, { driven }: AttachOptions = {}): () => void {
    if (!driven || id === undefined) return () => {}
    // An object of its own, since a component may attach anew before it leaves.
    const own = { drive }
    const all = offers.get(id) ?? new Set()
    offers.set(id, all.add(own))
    return () => {
      all.delete(own)
      if (all.size === 0 && offers.get(id) === all) offers.delete(id)
    }
  }

  function offering(stream: TextStream): TextStream {
    const during = (undo: () => void, options?: AttachOptions) => {
      const withdraw = offer(stream.id, options)
      return () => {
        undo()
        withdraw()
      }
    }
    return {
      ...stream,
      attach: (options) => during(stream.attach(options), options),
      subscribe: (listener, options) => during(stream.subscribe(listener, options), options),
    }
  }

  /** The same stream is the same object, as bindings expect. */
  const made = new WeakMap<TextStream, TextStream>()
  return {
    stream(id, options) {
      const stream = client.stream(id, options)
      const own = made.get(stream) ?? offering(stream)
      made.set(stream, own)
      return own
    },
  }
}

/** The component's status. What cannot be read at all has none; the component says `error` of a stream that is gone. */
export function toStatus({ status, connection }: Pick<StreamState, 'status' | 'connection'>): StreamStatus {
  const isFailed = connection === 'closed' && /^(pending|streaming)$/.test(status)
  return isFailed ? 'error' : (status as StreamStatus) // nothing here is ever `stopped`
}

/** What the hooks of one Convex client share for one query: a stream is its id, whatever else a render brings. */
interface Shared {
  readonly client: StreamClient
  /** How the components that drive an id would do so, the latest last. */
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
