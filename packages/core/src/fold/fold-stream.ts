import { atom, onStart, onStop } from 'nanostores'
import type { TextStream } from '../client/client-types'
import { subscribe } from '../client/listen'
import { isTerminal, type StreamState } from '../types'
import type { FoldedState, FoldedStream, FoldRules } from './fold'
import type { CreateTextFold } from './text-fold'

/** Folds the text of `source` while something listens to the state. Reading the state without a listener brings it up to date. */
export function foldStream<Value, State>(
  source: TextStream,
  rules: FoldRules<Value, State>,
  createTextFold: CreateTextFold,
): FoldedStream<Value> {
  const $source = source.$state
  const foldText = createTextFold(rules)
  /** The text that is folded, and its state. */
  let text = ''
  let state = rules.initial
  /** What is shown, and what it was made of. While neither changes, it is the same object. */
  let facts: StreamState = { ...$source.get(), text }
  let folded = state
  let value = rules.value(state, false)
  const $state = atom<FoldedState<Value>>({ ...facts, value })

  function show(): void {
    const next = $source.get()
    if (next === facts && folded === state) return
    const isWhole = isTerminal(next.status)
    if (folded !== state || isTerminal(facts.status) !== isWhole) value = rules.value(state, isWhole)
    facts = next
    folded = state
    $state.set({ ...facts, value })
  }

  /** `delta` stands at `offset` now, and nothing stands after it. */
  function fold(next: string, delta: string, offset: number): void {
    state = foldText(next, delta, offset)
    text = next
  }

  /** The text may have changed while nothing listened. */
  function catchUp(): void {
    const next = $source.get().text
    let offset = next.startsWith(text) ? text.length : 0
    while (offset < text.length && text[offset] === next[offset]) offset++
    if (next !== text) fold(next, next.slice(offset), offset)
    show()
  }

  let leave = () => {}
  onStart($state, () => {
    catchUp()
    // If the text has changed, the text listener is called right after this.
    const unlisten = $source.listen((next) => next.text === text && show())
    const unhear = source.onText((delta, offset) => {
      fold($source.get().text, delta, offset)
      show()
    })
    leave = () => {
      unlisten()
      unhear()
    }
  })
  onStop($state, () => leave())

  return {
    ...source,
    $state,
    subscribe: (listener, options) => subscribe($state, () => source.attach(options), listener),
  }
}
