import {
  type AttachOptions,
  type Fold,
  initialStreamState,
  keepClient,
  noFold,
  reportClient,
  type StreamClient,
  type StreamState,
  type TextStream,
} from '@keepstream/core'
import {
  type Accessor,
  createEffect,
  createMemo,
  createSignal,
  getListener,
  getOwner,
  onCleanup,
  sharedConfig,
  untrack,
} from 'solid-js'
import { useStreamClient } from './stream-provider'

/**
 * `start`: this component's user asked for the text. `initial`: the whole text that the page was rendered with. `onEnd`: the
 * stream has ended; the latest function is called.
 */
export interface UseStreamOptions extends AttachOptions {
  /** @default the client of the nearest `<StreamProvider>` */
  readonly client?: StreamClient | undefined
}

export interface UseFoldOptions<Value> extends UseStreamOptions {
  /** Adds `value` to the state: what this makes of the text. The first one counts. */
  readonly fold: Fold<Value>
}

/** The state as getters that change separately, and its actions. Do not destructure it. */
export type UseStreamResult = StreamState & Pick<TextStream, 'stop' | 'retry'>

/** The result with a fold: `value` is what it makes of the text. */
export type UseFoldResult<Value> = UseStreamResult & { readonly value: Value }

/**
 * Shows a stream, and reads it until its owner is disposed.
 *
 * Only the id selects the stream. New option objects and callbacks restart nothing. A new id shows the new stream in the
 * same render, and `undefined` shows nothing yet. On a server, and while the browser hydrates, it shows this primitive's
 * own `initial`.
 *
 * It uses the client from the component's setup. In a tracking scope (JSX, a memo, an effect) it keeps the first client that
 * came with an id, so create a client once, outside of components.
 *
 * @throws {StreamError} `invalid-option` without a client, and for an id or an option that cannot be used
 */
export function useStream<Value>(
  id: string | undefined | Accessor<string | undefined>,
  options: UseFoldOptions<Value> | Accessor<UseFoldOptions<Value>>,
): UseFoldResult<Value>
export function useStream(
  id: string | undefined | Accessor<string | undefined>,
  options?: UseStreamOptions | Accessor<UseStreamOptions>,
): UseStreamResult
export function useStream(
  id: string | undefined | Accessor<string | undefined>,
  options: Partial<UseFoldOptions<unknown>> | Accessor<Partial<UseFoldOptions<unknown>>> = {},
): UseStreamResult {
  const client = useStreamClient(untrack(() => read(options).client))
  // In a tracking scope, this runs again when the text that it shows changes.
  const place = getListener() && getOwner()
  const kept = place ? keepClient(place, read(id), client) : client

  // The stream, and the state that a server showed. Without an id, `initial` belongs to no stream.
  const initial = () => (read(id) === undefined ? undefined : read(options).initial)
  const { ofStream, ofState } = untrack(() => read(options).fold) ?? noFold
  const stream = createMemo(() => ofStream(kept.stream(read(id), { initial: initial() })))

  // The shown state.
  const shown = createMemo(() => {
    const { $state } = stream()
    // Only server rendering and hydration have this context.
    const first = sharedConfig.context ? ofState(initialStreamState(untrack(initial))) : $state.get()
    return { stream: stream(), state: createSignal(first) }
  })
  const result: object = { stop: () => untrack(stream).stop(), retry: () => untrack(stream).retry() }
  for (const key of Object.keys(ofState(initialStreamState())) as (keyof StreamState)[]) {
    const get = createMemo(() => shown().state[0]()[key])
    Object.defineProperty(result, key, { get, enumerable: true })
  }

  // The reader.
  const isDriven = createMemo(() => {
    const { client = kept, start } = read(options)
    reportClient(kept, client)
    return !!start
  })
  const onEnd = (state: StreamState) => read(options).onEnd?.(state)
  createEffect(() => {
    const { stream, state } = shown()
    isDriven()
    const show = state[1] as (next: StreamState) => void
    const attach = () => stream.subscribe(show, { start: read(options).start, initial: initial(), onEnd })
    onCleanup(untrack(attach))
  })

  return result as UseStreamResult
}

function read<Value>(value: Value | Accessor<Value>): Value {
  return typeof value === 'function' ? (value as Accessor<Value>)() : value
}
