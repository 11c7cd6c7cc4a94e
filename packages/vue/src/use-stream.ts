import {
  type AttachOptions,
  initialStreamState,
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

/** `driven`: this component's user asked for the text. `initial`: what the page was rendered with, whole. */
export type UseStreamOptions = AttachOptions

/** The state as readonly refs, each of which changes alone, and what can be done about it. */
export type UseStreamResult = { readonly [Key in keyof StreamState]: Readonly<Ref<StreamState[Key]>> } & Pick<
  TextStream,
  'stop' | 'retry'
>

/**
 * Shows a stream, and reads it while the component is mounted and not put away by `<KeepAlive>`, or until the effect
 * scope it was called in is stopped. Called in a watcher or a render function, it reads an id until a later run does not
 * ask for it, or until the watcher or the component ends.
 *
 * A stream is its id: new option objects and callbacks on each render restart nothing, a new id starts from nothing in the
 * same render, and `undefined` shows nothing yet. On a server, and while the browser hydrates, it shows this composable's
 * own `initial`.
 *
 * The client is the one of the component's set-up. Called in a render, or again by a watcher, it gives for an id what it
 * gave first: make a client once, outside of components.
 */
export function useStream(
  client: StreamClient,
  id: MaybeRefOrGetter<string | undefined>,
  options: MaybeRefOrGetter<UseStreamOptions> = {},
): UseStreamResult {
  const { phase, keep } = findPlace(client)
  return keep(toValue(id), () => {
    // Which stream, and what a server showed of it. (A new id may be here before its own `initial`: the watcher brings that.)
    const initial = () => (toValue(id) === undefined ? undefined : toValue(options).initial) // the text of no stream
    const stream = computed<TextStream>((last) => client.stream(toValue(id), { initial: last ? undefined : initial() }))

    // What is shown of it. `useStore` takes one store for good, so for each stream there is a scope that holds its own.
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
    const state = computed(() => (phase.value === 'served' ? initialStreamState(initial()) : store.value.value))
    const field = (key: keyof StreamState) => [key, computed(() => state.value[key])]
    const fields = Object.fromEntries((Object.keys(initialStreamState()) as (keyof StreamState)[]).map(field))
    void store.value // in the set-up, where it finds the component for the devtools

    // Reading it. (A shallow ref as a source would run this for every new options object, so it is a getter.)
    watch(
      [shown, () => toValue(options).driven, () => phase.value === 'reading'] as const,
      ([{ stream }, driven, isReading], _, onCleanup) => {
        if (isReading) onCleanup(stream.attach({ driven, initial: initial() }))
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
