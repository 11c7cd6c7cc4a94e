import type { ReadableAtom } from 'nanostores'
import { guarded } from '../guarded'

/** Attaches and calls back with each state, the first time at once, as a Svelte store does. Returns unsubscribe. */
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

/** Each call adds a separate entry, so the same function may listen twice. The returned function removes this entry. */
export function addListener(listeners: Set<TextListener>, listener: TextListener): () => void {
  const own: TextListener = (delta, offset) => listener(delta, offset)
  listeners.add(own)
  return () => listeners.delete(own)
}
