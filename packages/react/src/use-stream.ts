import {
  type AttachOptions,
  type Fold,
  initialStreamState,
  noFold,
  reportClient,
  type StreamClient,
  type StreamState,
  type TextStream,
} from '@keepstream/core'
import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react'
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
  /** Adds `value` to the state: what this makes of the text. The first one that came with an id counts. */
  readonly fold: Fold<Value>
}

/**
 * The state and its actions. A component renders again when a field that it has read changes. So one that reads only
 * `status` does not render for text. While nothing changes, it is the same object.
 */
export type UseStreamResult = StreamState & Pick<TextStream, 'stop' | 'retry'>

/** The result with a fold: `value` is what it makes of the text. */
export type UseFoldResult<Value> = UseStreamResult & { readonly value: Value }

/**
 * Shows a stream, and reads it while the component is mounted.
 *
 * Only the id selects the stream. New option objects and callbacks on each render restart nothing. A new id shows the new
 * stream in the same render, and `undefined` shows nothing yet. On a server, and while the browser hydrates, it shows this
 * hook's own `initial`.
 *
 * The hook keeps the first client that came with an id, so create a client once, outside of components. It uses another
 * client with another id, or when the component is mounted again, as with another `key`.
 *
 * @throws {StreamError} `invalid-option` without a client, and for an id or an option that cannot be used
 */
export function useStream<Value>(id: string | undefined, options: UseFoldOptions<Value>): UseFoldResult<Value>
export function useStream(id: string | undefined, options?: UseStreamOptions): UseStreamResult
export function useStream(
  id: string | undefined,
  { client: given, start, initial, onEnd, fold }: Partial<UseFoldOptions<unknown>> = {},
): UseStreamResult {
  const client = useStreamClient(given)

  // The stream, the state that a server showed, and the fields that the component has read.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `client`, `initial` and `fold` are what the id was first rendered with
  const [stream, first, fields, kept] = useMemo(() => {
    const known = id === undefined ? undefined : initial // without an id, `initial` belongs to no stream
    const { ofStream, ofState } = fold ?? noFold
    const stream = ofStream(client.stream(id, { initial: known }))
    const kept = { client, onEnd }
    return [stream, ofState(initialStreamState(known)), new Set<keyof StreamState>(), kept] as const
  }, [id])
  useEffect(() => {
    reportClient(kept.client, client)
    kept.onEnd = onEnd
  })

  // The shown state. React itself reads the atom, so it notices a change between two renders of one commit.
  const { $state } = stream
  const listen = useCallback(
    (onChange: () => void) =>
      $state.listen((state, before) => {
        if ([...fields].some((field) => state[field] !== before?.[field])) onChange()
      }),
    [$state, fields],
  )
  const state = useSyncExternalStore(listen, $state.get, () => first)

  // The reader.
  const isDriven = !!start
  // biome-ignore lint/correctness/useExhaustiveDependencies: an inline `start` or `initial` must not attach again
  useEffect(() => stream.attach({ start, initial, onEnd: (state) => kept.onEnd?.(state) }), [stream, isDriven])

  const [result, onShown] = useMemo(() => {
    const result = { stop: stream.stop, retry: stream.retry }
    // Fields that only a callback reads. What was rendered may be old for them.
    const late = new Set<keyof StreamState>()
    let isShown = false
    for (const field of Object.keys(state) as (keyof StreamState)[]) {
      const get = () => {
        if (isShown && !fields.has(field)) late.add(field)
        fields.add(field)
        return (late.has(field) ? $state.get() : state)[field]
      }
      Object.defineProperty(result, field, { get, enumerable: true })
    }
    const onShown = () => {
      isShown = true
    }
    return [result as UseStreamResult, onShown] as const
  }, [state, stream, fields, $state])
  useEffect(onShown, [onShown])

  return result
}
