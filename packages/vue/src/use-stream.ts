import { type AttachOptions, type StreamClient, type StreamState, stateOf, type TextStream } from '@keepstream/core'
import {
  type ComponentInternalInstance,
  computed,
  getCurrentInstance,
  getCurrentScope,
  type MaybeRefOrGetter,
  onActivated,
  onDeactivated,
  onMounted,
  type Ref,
  shallowRef,
  toValue,
  watch,
} from 'vue'

/** `driven`: this component's user asked for the text. `initial`: what the page was rendered with, whole. */
export type UseStreamOptions = AttachOptions

/** The state as readonly refs, each of which changes alone, and what can be done about it. */
export type UseStreamResult = { readonly [Key in keyof StreamState]: Readonly<Ref<StreamState[Key]>> } & Pick<
  TextStream,
  'stop' | 'retry'
>

/**
 * Shows a stream, and reads it while the component is mounted and not put away by `<KeepAlive>`, or until the effect
 * scope it was called in is stopped.
 *
 * A stream is its id and its client: new option objects and callbacks on each render restart nothing, a new id starts
 * from nothing in the same render, and `undefined` shows nothing yet. On a server, and while the browser hydrates, it shows
 * this composable's own `initial`.
 */
export function useStream(
  client: StreamClient,
  id: MaybeRefOrGetter<string | undefined>,
  options: MaybeRefOrGetter<UseStreamOptions> = {},
): UseStreamResult {
  const instance = getCurrentInstance() as (ComponentInternalInstance & { scope?: unknown }) | null
  // A scope of its own, such as a shared store's, outlives the component that was the first to use it, or goes without it.
  const isShared = !instance || instance.scope !== getCurrentScope()
  // What is hydrated has its element before it is mounted.
  const isServers = typeof window === 'undefined' || !!instance?.vnode.el
  const isBegun = instance?.isMounted || (isShared && !isServers)
  const phase = shallowRef<'new' | 'reading' | 'away'>(isBegun ? 'reading' : 'new')

  // Which stream, and what a server showed of it. (A new id may be here before its own `initial`: the watcher brings that.)
  const initial = () => (toValue(id) === undefined ? undefined : toValue(options).initial) // the text of no stream
  const stream = computed<TextStream>((last) => client.stream(toValue(id), { initial: last ? undefined : initial() }))

  // What is shown of it.
  const shown = computed(() => {
    const state = isServers && phase.value === 'new' ? stateOf(initial()) : stream.value.$state.get()
    return { stream: stream.value, state: shallowRef(state) }
  })
  const field = (key: keyof StreamState) => [key, computed(() => shown.value.state.value[key])]
  const fields = Object.fromEntries((Object.keys(stateOf()) as (keyof StreamState)[]).map(field))

  // Reading it. (A shallow ref as a source would run this for every new options object, so it is a getter.)
  watch(
    [shown, () => toValue(options).driven, () => phase.value === 'reading'] as const,
    ([{ stream, state }, driven, isReading], _, onCleanup) => {
      const show = (next: StreamState) => {
        state.value = next
      }
      if (isReading) onCleanup(stream.subscribe(show, { driven, initial: initial() }))
    },
    { immediate: true, flush: 'pre' },
  )
  const turn = (to: 'reading' | 'away') => () => {
    phase.value = to
  }
  if (instance) onMounted(turn('reading'))
  if (!isShared) {
    onActivated(turn('reading'))
    onDeactivated(turn('away'))
  }

  return { ...fields, stop: () => stream.value.stop(), retry: () => stream.value.retry() } as UseStreamResult
}
