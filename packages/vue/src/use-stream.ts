import {
  type AttachOptions,
  initialStreamState,
  reportClient,
  type StreamClient,
  type StreamState,
  type TextStream,
} from '@keepstream/core'
import {
  type ComponentInternalInstance,
  computed,
  type EffectScope,
  getCurrentInstance,
  getCurrentScope,
  getCurrentWatcher,
  type MaybeRefOrGetter,
  nextTick,
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
  const instance = getCurrentInstance() as Instance | null
  // Without a scope, what runs here runs again for what it shows itself.
  const place = getCurrentScope() ? undefined : (instance ?? getCurrentWatcher())
  if (!place) return readStream(instance, client, id, options)
  const results: Results = given.get(place) ?? new Map()
  given.set(place, results)
  const known = results.get(toValue(id))
  if (known) {
    reportClient(known.client, client)
    return known.result
  }
  const read = () => readStream(instance, client, id, options, true)
  const result = (instance ? instance.scope.run(read) : read()) as UseStreamResult
  results.set(toValue(id), { client, result })
  return result
}

type Instance = ComponentInternalInstance & { readonly scope: EffectScope }
type Results = Map<string | undefined, { readonly client: StreamClient; readonly result: UseStreamResult }>

/** What was given where there is no set-up, for as long as the component or the watcher lives. */
const given = new WeakMap<object, Results>()

function readStream(
  instance: Instance | null,
  client: StreamClient,
  id: MaybeRefOrGetter<string | undefined>,
  options: MaybeRefOrGetter<UseStreamOptions>,
  isRender = false,
): UseStreamResult {
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
    const state = isServers && phase.value === 'new' ? initialStreamState(initial()) : stream.value.$state.get()
    return { stream: stream.value, state: shallowRef(state) }
  })
  const field = (key: keyof StreamState) => [key, computed(() => shown.value.state.value[key])]
  const fields = Object.fromEntries((Object.keys(initialStreamState()) as (keyof StreamState)[]).map(field))

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
  // A first render is too late for `onMounted`.
  if (instance && isRender) void (typeof window === 'undefined' || nextTick(turn('reading')))
  else if (instance) onMounted(turn('reading'))
  if (!isShared) {
    onActivated(turn('reading'), instance)
    onDeactivated(turn('away'), instance)
  }

  return { ...fields, stop: () => stream.value.stop(), retry: () => stream.value.retry() } as UseStreamResult
}
