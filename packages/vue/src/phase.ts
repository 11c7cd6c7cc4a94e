import {
  type ComponentInternalInstance,
  nextTick,
  onActivated,
  onDeactivated,
  onMounted,
  type Ref,
  shallowRef,
} from 'vue'

/** `served`: it must look as the server's render. `new`: not mounted yet. `away`: put away by `<KeepAlive>`. */
export type Phase = 'served' | 'new' | 'reading' | 'away'

export interface Reader {
  readonly instance: ComponentInternalInstance | null
  /** Whether a scope other than the component's holds it, such as a shared store's: it outlives the component. */
  readonly isShared: boolean
  /** Whether this is called in the component's render function. */
  readonly isRender: boolean
}

/** Reading begins with the mount, or at once where no component is waited for. */
export function createPhase({ instance, isShared, isRender }: Reader): Readonly<Ref<Phase>> {
  const isServer = typeof window === 'undefined'
  // What is hydrated has its element before it is mounted.
  const isServed = isServer || !!instance?.vnode.el
  const isBegun = instance?.isMounted || (isShared && !isServed)
  const phase = shallowRef<Phase>(isBegun ? 'reading' : isServed ? 'served' : 'new')
  const turn = (to: Phase) => () => {
    phase.value = to
  }
  if (!instance) return phase
  // A first render is too late for `onMounted`.
  if (!isRender) onMounted(turn('reading'), instance)
  else if (!isServer) nextTick(turn('reading'))
  if (!isShared) {
    onActivated(turn('reading'), instance)
    onDeactivated(turn('away'), instance)
  }
  return phase
}
