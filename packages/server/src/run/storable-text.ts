import { cutBeforeSplitPair, isHighSurrogate } from '../store/surrogates'

/** Makes text storable before it enters the log, so that every store and every encoding keeps it exactly. */
export interface StorableText {
  /**
   * Returns the storable form of the text that was pushed and not returned yet. Lone surrogates and U+0000 are replaced
   * by U+FFFD, one for one, so that the length stays. A high surrogate at the end is held back until its partner
   * arrives.
   */
  push(text: string): string
  /** Returns U+FFFD if a surrogate was held back, or the empty string. */
  flush(): string
  /** How much is held back: 0 or 1. */
  readonly heldLength: number
}

export function createStorableText(): StorableText {
  let held = ''

  return {
    push(text) {
      if (text === '') return ''
      const joined = held + text
      const whole = cutBeforeSplitPair(joined)
      held = isHighSurrogate(joined.charCodeAt(joined.length - 1)) ? joined.slice(-1) : ''
      return replaceUnstorable(whole)
    },
    flush() {
      const rest = replaceUnstorable(held)
      held = ''
      return rest
    },
    get heldLength() {
      return held.length
    },
  }
}

function replaceUnstorable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}
