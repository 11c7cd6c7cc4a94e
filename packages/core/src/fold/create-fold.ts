import type { TextStream } from '../client/client-types'
import { isTerminal } from '../types'
import type { Fold, FoldedStream, FoldRules } from './fold'
import { foldStream } from './fold-stream'
import { createTextFold } from './text-fold'

/** The rules of each fold. */
export const rulesOf = /* @__PURE__ */ new WeakMap<object, unknown>()

/** Creates a fold from its rules. It reads a text as it is. For one with rewinds see `withRewinds`. */
export function createFold<Value, State>(rules: FoldRules<Value, State>): Fold<Value> {
  return createFoldBy(rules, createTextFold)
}

/** @param createText how a text is folded */
export function createFoldBy<Value, State>(
  rules: FoldRules<Value, State>,
  createText: typeof createTextFold,
): Fold<Value> {
  /** One folded stream for each stream. Its `$state` is a key too, so that holding the state keeps the stream. */
  const streams = new WeakMap<object, FoldedStream<Value>>()

  const fold: Fold<Value> = {
    ofStream(source: TextStream) {
      const found = streams.get(source)
      if (found) return found
      const stream = foldStream(source, rules, createText)
      streams.set(source, stream).set(stream.$state, stream)
      return stream
    },
    ofState: (state) => ({ ...state, value: fold.ofText(state.text, isTerminal(state.status)) }),
    ofText: (text, isWhole = true) => rules.value(createText(rules)(text, text, 0), isWhole),
  }
  rulesOf.set(fold, rules)
  return fold
}
