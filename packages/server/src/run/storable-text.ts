import { cutBeforeSplitPair, isHighSurrogate } from '../store/surrogates'

/** Makes text storable where it enters, so that every store and every encoding keeps it exactly. */
export interface StorableText {
  /**
   * The storable form of what was pushed so far and not handed out yet: lone surrogates and U+0000 are replaced by U+FFFD,
   * one for one, so that the length stays. A high surrogate at the end is held back until its partner arrives.
   */
  push(text: string): string
  /** What was held back, replaced, or the empty string. */
  flush(): string
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
  }
}

/** With the `u` flag, `\p{Surrogate}` matches only halves that stand alone. */
function replaceUnstorable(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD').replaceAll('\0', '\uFFFD')
}
