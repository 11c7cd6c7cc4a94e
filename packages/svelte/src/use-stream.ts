import {
  type AttachOptions,
  type Fold,
  type FoldedState,
  initialStreamState,
  keepClient,
  noFold,
  reportClient,
  type StreamClient,
  type StreamState,
  type TextStream,
} from '@keepstream/core'
import { getAllContexts } from 'svelte'
import type { Readable } from 'svelte/store'
import * as stores from 'svelte/store'
import { getStreamClient } from './stream-client'

const { derived, get, readable } = stores
/** Only Svelte 5 has them. */
const { fromStore, toStore } = stores as Partial<typeof stores>

/**
 * `start`: this component's user asked for the text. `initial`: the whole text that the page was rendered with. `onEnd`: the
 * stream has ended; the latest function is called.
 */
export interface UseStreamOptions extends AttachOptions {
  /** @default the client of the nearest `setStreamClient` */
  readonly client?: StreamClient | undefined
}

export interface UseFoldOptions<Value> extends UseStreamOptions {
  /** Adds `value` to the state: what this makes of the text. The first one counts. */
  readonly fold: Fold<Value>
}

/**
 * The state as getters that change separately, as in `reply.text`, and its actions. Do not destructure it. It is a store of
 * the whole state too, as in `$reply.text`. In Svelte 4 only the store is reactive.
 */
export type UseStreamResult = StreamState & Readable<StreamState> & Pick<TextStream, 'stop' | 'retry'>

/** The result with a fold: `value` is what it makes of the text. */
export type UseFoldResult<Value> = FoldedState<Value> &
  Readable<FoldedState<Value>> &
  Pick<TextStream, 'stop' | 'retry'>

/** A value, a store of it, or in Svelte 5 a function that reads it from runes. */
type Source<Value> = Value | Readable<Value> | (() => Value)

/**
 * Shows a stream, and reads it while something shows it: markup and effects that read a field, or subscribers of the store.
 * `$reply` in a component subscribes until the component is destroyed.
 *
 * Only the id selects the stream. New options restart nothing. A new id shows the new stream in the same
 * render, and `undefined` shows nothing yet. On a server, and first when it starts in a browser, it shows this store's own
 * `initial`.
 *
 * It uses the client from the component's setup. If it is called again later (in a `$derived`), it keeps the first client
 * that came with an id there, so create a client once, outside of components.
 *
 * @throws {StreamError} `invalid-option` without a client, and for an id or an option that cannot be used
 */
export function useStream<Value>(
  id: Source<string | undefined>,
  options: Source<UseFoldOptions<Value>>,
): UseFoldResult<Value>
export function useStream(id: Source<string | undefined>, options?: Source<UseStreamOptions>): UseStreamResult
export function useStream(
  id: Source<string | undefined>,
  options: Source<Partial<UseFoldOptions<unknown>>> = {},
): UseStreamResult {
  const client = getStreamClient(read(options).client)
  const place = placeAfterSetUp()
  const kept = place ? keepClient(place, typeof id === 'string' ? id : undefined, client) : client

  // The stream, and the state that a server showed.
  const { ofStream, ofState } = read(options).fold ?? noFold
  let isNew = true
  let isHydrating = true
  const target = derived([toReadable(id), toReadable(options)], ([id, { client = kept, start, initial }]) => {
    reportClient(kept, client)
    const known = id === undefined ? undefined : initial // without an id, `initial` belongs to no stream
    return [ofStream(kept.stream(id, { initial: isNew ? known : undefined })), start, known] as const
  })

  const onEnd = (state: StreamState) => read(options).onEnd?.(state)

  // The shown state, and the reader.
  const { subscribe } = readable(ofState(initialStreamState()), (set) => {
    let current: readonly unknown[] = []
    let attached: readonly unknown[] = []
    let leave = () => {}
    const forget = target.subscribe((next) => {
      const [stream, start, initial] = next
      if (typeof window === 'undefined') return set(ofState(initialStreamState(initial)))
      const [before] = current
      current = next
      const attach = () => {
        if (current !== next || (stream === attached[0] && !start === !attached[1])) return
        leave()
        attached = next
        leave = stream.subscribe(set, { start, initial, onEnd })
      }
      if (before) {
        if (stream !== before) {
          leave()
          attached = []
          set(stream.$state.get())
        }
        // Two stores change one after the other: the id, and its own `initial`. Reading starts when both have changed.
        return queueMicrotask(attach)
      }
      attach()
      if (!isHydrating || !initial) return
      // Hydration must first show the server's state, and only then the stream's.
      set(ofState(initialStreamState(initial)))
      queueMicrotask(() => attached === next && set(stream.$state.get()))
    })
    isNew = false
    // The script may read before the markup does, which hydrates in the same tick.
    queueMicrotask(() => {
      isHydrating = false
    })
    return () => {
      forget()
      leave()
      current = attached = []
    }
  })

  const result = { subscribe, stop: () => get(target)[0].stop(), retry: () => get(target)[0].retry() }
  for (const key of Object.keys(ofState(initialStreamState())) as (keyof StreamState)[])
    Object.defineProperty(result, key, { get: fieldOf({ subscribe }, key), enumerable: true })
  return result as UseStreamResult
}

/** Reads one field of the state. In Svelte 5, what reads it runs again when that field changes. */
function fieldOf(state: Readable<StreamState>, key: keyof StreamState): () => unknown {
  // Svelte takes every object for a changed one, so the values are compared here.
  let last: unknown = state
  const field = derived(state, (state, set) => {
    if (state[key] === last) return
    last = state[key]
    set(last)
  })
  let current: { readonly current: unknown } | undefined
  return () => {
    if (!fromStore) return get(field)
    current ??= fromStore(field)
    return current.current
  }
}

const setUp = new WeakSet<object>()

/** The component, if its setup is over. Then the call may run again when the text that it shows changes. */
function placeAfterSetUp(): object | undefined {
  try {
    const place = getAllContexts()
    if (setUp.has(place)) return place
    queueMicrotask(() => setUp.add(place))
  } catch {
    // This is not called in a component.
  }
  return undefined
}

function read<Value>(value: Source<Value>): Value {
  return typeof value === 'function' ? (value as () => Value)() : get(toReadable(value))
}

function toReadable<Value>(value: Source<Value>): Readable<Value> {
  if (typeof value === 'function') {
    const get = value as () => Value
    return toStore ? toStore(get) : readable(get())
  }
  return (value as Readable<Value> | undefined)?.subscribe ? (value as Readable<Value>) : readable(value as Value)
}
