import type { ReadableAtom } from 'nanostores'
import { guarded } from './guarded'

/** Attaches and calls back with each state, the first time at once: the contract of a Svelte store. Returns unsubscribe. */
export function subscribe<State>(
  $state: ReadableAtom<State>,
  attach: () => () => void,
  listener: (state: State) => void,
): () => void {
  const detach = attach()
  const unlisten = $state.listen(listener)
  guarded(() => listener($state.get()))
  return () => {
    unlisten()
    detach()
  }
}

export type TextListener = (delta: string, offset: number) => void

/** Adds one entry for each call, so that the same function may listen twice. The returned function removes one of them. */
export function addListener(listeners: Set<TextListener>, listener: TextListener): () => void {
  const own: TextListener = (delta, offset) => listener(delta, offset)
  listeners.add(own)
  return () => listeners.delete(own)
}
