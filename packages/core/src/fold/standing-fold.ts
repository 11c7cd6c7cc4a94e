import { createStandingText } from '../marks/standing-text'
import { createCheckpoints } from './checkpoints'
import { reuse } from './reuse'
import type { CreateTextFold } from './text-fold'

/** Text that is longer is folded in two parts, so that there are checkpoints in it. */
const MAX_LENGTH = 256

/** For a text that is folded without its rewinds, and without what they withdrew. */
export const createStandingFold: CreateTextFold = (rules) => {
  const standing = createStandingText()
  const checkpoints = createCheckpoints({ ...rules, push })
  let state = rules.initial
  let length = 0
  let standingLength = 0

  function push(before: typeof state, delta: string, offset: number): typeof state {
    let next = before
    let from = 0
    while (from < delta.length) {
      const left = delta.length - from
      const end = left <= MAX_LENGTH ? delta.length : from + (left >> 1)
      next = rules.push(next, delta.slice(from, end))
      from = end
      checkpoints.keep(next, offset + from)
    }
    return next
  }

  return (text, delta, offset) => {
    const { kept, added, text: now } = offset < length ? standing.replace(text) : standing.add(text, delta)
    // What is folded anew has other objects, which are equal to those before.
    state = kept < standingLength ? reuse(state, checkpoints.refold(now, kept)) : push(state, added, kept)
    length = text.length
    standingLength = now.length
    return state
  }
}
