import { StreamError } from '../errors'
import { createFoldBy, rulesOf } from './create-fold'
import type { Fold, FoldRules } from './fold'
import { createStandingFold } from './standing-fold'

/**
 * The same fold for a text with rewinds (docs/marks.md): it folds the text without them, and without what they withdrew. What stands
 * before the place that a rewind goes back to stays the same object. `parts()` and `message()` do this already.
 *
 * Use it for a text whose producer rewinds. Other folds of plain text read it as it is, so nothing that a model writes can withdraw
 * anything.
 *
 * @throws {StreamError} `invalid-option` for a fold that `createFold`, or a function such as `lines`, has not made
 */
export function withRewinds<Value>(fold: Fold<Value>): Fold<Value> {
  const rules = rulesOf.get(fold)
  if (!rules)
    throw new StreamError('invalid-option', 'withRewinds() needs a fold that createFold, lines, json or blocks made')
  return createFoldBy(rules as FoldRules<Value, unknown>, createStandingFold)
}
