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
import { useStore } from '@nanostores/vue'
import {
  computed,
  type EffectScope,
  effectScope,
  getCurrentScope,
  type MaybeRefOrGetter,
  onScopeDispose,
  type Ref,
  shallowRef,
  toValue,
  watch,
} from 'vue'
import { findPlace } from './place'

/**
 * `start`: this component's user asked for the text. `initial`: the whole text that the page was rendered with. `onEnd`: the
 * stream has ended; the latest function is called.
 */
export interface UseStreamOptions extends AttachOptions {
  /** @default the client of the nearest `provideStreamClient`, or of the app */
  readonly client?: StreamClient | undefined
}

export interface UseFoldOptions<Value> extends UseStreamOptions {
  /** Adds `value` to the state: what this makes of the text. The first one that came with an id counts. */
  readonly fold: Fold<Value>
}

/** The state as readonly refs that change separately, and its actions. */
export type UseStreamResult = { readonly [Key in keyof StreamState]: Readonly<Ref<StreamState[Key]>> } & Pick<
  TextStream,
  'stop' | 'retry'
>

/** The result with a fold: `value` is what it makes of the text. */
export type UseFoldResult<Value> = UseStreamResult & { readonly value: Readonly<Ref<Value>> }

/**
 * Shows a stream, and reads it while the component is mounted and not deactivated by `<KeepAlive>`, or until the effect
 * scope of the call is stopped. In a watcher or a render function, it reads an id until a later run does not use it, or
 * until the watcher or the component ends.
 *
 * Only the id selects the stream. New option objects and callbacks on each render restart nothing. A new id shows the new
 * stream in the same render, and `undefined` shows nothing yet. On a server, and while the browser hydrates, it shows this
 * composable's own `initial`.
 *
 * It uses the client from the component's setup. In a render function or a watcher that runs again, it keeps the first
 * client that came with an id, so create a client once, outside of components. A watcher can use the provided client if it
 * calls this in its first run. Otherwise pass `client`, from `useStreamClient()` in setup.
 *
 * @throws {StreamError} `invalid-option` without a client, and for an id or an option that cannot be used
 */
export function useStream<Value>(
  id: MaybeRefOrGetter<string | undefined>,
  options: MaybeRefOrGetter<UseFoldOptions<Value>>,
): UseFoldResult<Value>
export function useStream(
  id: MaybeRefOrGetter<string | undefined>,
  options?: MaybeRefOrGetter<UseStreamOptions>,
): UseStreamResult
export function useStream(
  id: MaybeRefOrGetter<string | undefined>,
  options: MaybeRefOrGetter<Partial<UseFoldOptions<unknown>>> = {},
): UseStreamResult {
  const { client, phase, keep } = findPlace(toValue(options).client)
  return keep(toValue(id), options, (latest) => {
    // The stream, and the state that a server showed. (A new id may come before its own `initial`, which the watcher passes.)
    // Without an id, `initial` belongs to no stream.
    const initial = () => (toValue(id) === undefined ? undefined : toValue(options).initial)
    const { ofStream, ofState } = toValue(options).fold ?? noFold
    const stream = computed<TextStream>((last) =>
      ofStream(client.stream(toValue(id), { initial: last ? undefined : initial() })),
    )

    // The shown state. `useStore` cannot change its store, so each stream has a scope with its own store.
    const scope = getCurrentScope()
    const isAway = computed(() => phase.value === 'away')
    const shown = computed<Shown>((last) => {
      last?.held?.stop()
      return { stream: stream.value, held: isAway.value || scope?.active === false ? undefined : effectScope(true) }
    })
    onScopeDispose(() => shown.value.held?.stop(), true)
    const store = computed(() => {
      const { $state } = shown.value.stream
      return shown.value.held?.run(() => useStore($state)) ?? shallowRef($state.get())
    })
    const state = computed(() =>
      phase.value === 'served' ? ofState(initialStreamState(initial())) : store.value.value,
    )
    const field = (key: keyof StreamState) => [key, computed(() => state.value[key])]
    const fields = Object.fromEntries((Object.keys(ofState(initialStreamState())) as (keyof StreamState)[]).map(field))
    void store.value // during setup, where it finds the component for the devtools

    // The reader. (The source is a getter, because a shallow ref would run this for every new options object.)
    const isDriven = () => {
      const { client: given = client, start } = toValue(options)
      reportClient(client, given)
      return !!start
    }
    const onEnd = (state: StreamState) => toValue(latest.value).onEnd?.(state)
    watch(
      [shown, isDriven, () => phase.value === 'reading'] as const,
      ([{ stream }, , isReading], _, onCleanup) => {
        if (isReading) onCleanup(stream.attach({ start: toValue(options).start, initial: initial(), onEnd }))
      },
      { immediate: true, flush: 'pre' },
    )

    return { ...fields, stop: () => stream.value.stop(), retry: () => stream.value.retry() } as UseStreamResult
  })
}

interface Shown {
  readonly stream: TextStream
  readonly held: EffectScope | undefined
}
