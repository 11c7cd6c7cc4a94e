import type { TextStream } from '../client/client-types'
import { isTerminal } from '../types'
import type { Fold, FoldedStream, FoldRules } from './fold'
import { foldStream } from './fold-stream'

/** Creates a fold from its rules. */
export function createFold<Value, State>(rules: FoldRules<Value, State>): Fold<Value> {
  /** One folded stream for each stream. Its `$state` is a key too, so that holding the state keeps the stream. */
  const streams = new WeakMap<object, FoldedStream<Value>>()

  const fold: Fold<Value> = {
    ofStream(source: TextStream) {
      const found = streams.get(source)
      if (found) return found
      const stream = foldStream(source, rules)
      streams.set(source, stream).set(stream.$state, stream)
      return stream
    },
    ofState: (state) => ({ ...state, value: fold.ofText(state.text, isTerminal(state.status)) }),
    ofText: (text, isWhole = true) => rules.value(rules.push(rules.initial, text), isWhole),
  }
  return fold
}
