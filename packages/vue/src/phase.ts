import {
  type ComponentInternalInstance,
  nextTick,
  onActivated,
  onDeactivated,
  onMounted,
  type Ref,
  shallowRef,
} from 'vue'

/** `served`: must show the server's render. `new`: not mounted yet. `away`: deactivated by `<KeepAlive>`. */
export type Phase = 'served' | 'new' | 'reading' | 'away'

export interface Reader {
  readonly instance: ComponentInternalInstance | null
  /** Whether another scope than the component's holds it, such as a shared store's. Then it outlives the component. */
  readonly isShared: boolean
  /** Whether `useStream` is called in the component's render function. */
  readonly isRender: boolean
}

/** Reading begins when the component is mounted, or at once if there is no component to wait for. */
export function createPhase({ instance, isShared, isRender }: Reader): Readonly<Ref<Phase>> {
  const isServer = typeof window === 'undefined'
  // A hydrated component has its element before it is mounted.
  const isServed = isServer || !!instance?.vnode.el
  const isBegun = instance?.isMounted || (isShared && !isServed)
  const phase = shallowRef<Phase>(isBegun ? 'reading' : isServed ? 'served' : 'new')
  const change = (to: Phase) => () => {
    phase.value = to
  }
  if (!instance) return phase
  // A first render is too late for `onMounted`.
  if (!isRender) onMounted(change('reading'), instance)
  else if (!isServer) nextTick(change('reading'))
  if (!isShared) {
    onActivated(change('reading'), instance)
    onDeactivated(change('away'), instance)
  }
  return phase
}
