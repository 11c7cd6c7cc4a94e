import type { ReadableAtom } from 'nanostores'
import { guarded } from './guarded'

/** Attaches and listens, calling back with the state at once: the contract of a Svelte store. Returns the undo. */
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

/** Adds an entry of its own for each call: the same function may listen twice, and each undo takes back one. */
export function addListener(listeners: Set<TextListener>, listener: TextListener): () => void {
  const own: TextListener = (delta, offset) => listener(delta, offset)
  listeners.add(own)
  return () => listeners.delete(own)
}
