import { createCheckpoints } from './checkpoints'
import type { FoldRules } from './fold'

/**
 * Creates a function that folds one text as it changes. It is given the text, and from which offset on it is new: `delta` stands there,
 * and nothing stands after it. It returns the state.
 */
export type CreateTextFold = <State>(
  rules: FoldRules<unknown, State>,
) => (text: string, delta: string, offset: number) => State

/** For a text that is folded as it is. */
export const createTextFold: CreateTextFold = (rules) => {
  const checkpoints = createCheckpoints(rules)
  let state = rules.initial
  let length = 0
  return (text, delta, offset) => {
    state = offset === length ? rules.push(state, delta) : checkpoints.refold(text, offset)
    length = text.length
    checkpoints.keep(state, length)
    return state
  }
}
