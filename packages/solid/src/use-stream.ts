import {
  type AttachOptions,
  initialStreamState,
  keepClient,
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

/** `driven`: this component's user asked for the text. `initial`: what the page was rendered with, whole. */
export type UseStreamOptions = AttachOptions

/** The state as getters, each of which changes alone, and what can be done about it. Not to be destructured. */
export type UseStreamResult = StreamState & Pick<TextStream, 'stop' | 'retry'>

/**
 * Shows a stream, and reads it until its owner is disposed of.
 *
 * A stream is its id: new option objects and callbacks restart nothing, a new id starts from nothing in the same render,
 * and `undefined` shows nothing yet. On a server, and while the browser hydrates, it shows this primitive's own `initial`.
 *
 * The client is the one of the component's set-up. Called where Solid tracks (JSX, a memo, an effect), it keeps the client
 * that an id was first shown with: make a client once, outside of components.
 */
export function useStream(
  client: StreamClient,
  id: string | undefined | Accessor<string | undefined>,
  options: UseStreamOptions | Accessor<UseStreamOptions> = {},
): UseStreamResult {
  // Where Solid tracks, this runs again for what it shows itself.
  const place = getListener() && getOwner()
  const kept = place ? keepClient(place, read(id), client) : client

  // Which stream, and what a server showed of it.
  const initial = () => (read(id) === undefined ? undefined : read(options).initial) // the text of no stream
  const stream = createMemo(() => kept.stream(read(id), { initial: initial() }))

  // What is shown of it.
  const shown = createMemo(() => {
    const { $state } = stream()
    // Rendering on a server and hydrating have a context in common.
    const first = sharedConfig.context ? initialStreamState(untrack(initial)) : $state.get()
    return { stream: stream(), state: createSignal(first) }
  })
  const result: object = { stop: () => untrack(stream).stop(), retry: () => untrack(stream).retry() }
  for (const key of Object.keys(initialStreamState()) as (keyof StreamState)[]) {
    const get = createMemo(() => shown().state[0]()[key])
    Object.defineProperty(result, key, { get, enumerable: true })
  }

  // Reading it.
  const isDriven = createMemo(() => read(options).driven)
  createEffect(() => {
    const { stream, state } = shown()
    const show = state[1] as (next: StreamState) => void
    onCleanup(stream.subscribe(show, { driven: isDriven(), initial: untrack(initial) }))
  })

  return result as UseStreamResult
}

function read<Value>(value: Value | Accessor<Value>): Value {
  return typeof value === 'function' ? (value as Accessor<Value>)() : value
}
