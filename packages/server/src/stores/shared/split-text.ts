import type { TextRow } from './transaction'

const maxRowLength = 16_384

/**
 * Splits a long text into rows of at most 16 Ki code units, so that a read of a small range never loads a big row. A
 * surrogate pair stays in one row: half of it cannot be written as UTF-8.
 */
export function* splitText({ start, text }: TextRow): Generator<TextRow> {
  let from = 0
  while (from < text.length) {
    let to = Math.min(from + maxRowLength, text.length)
    if (to < text.length && isPairAt(text, to - 1)) to -= 1
    yield { start: start + from, text: text.slice(from, to) }
    from = to
  }
}

/** Whether a surrogate pair starts here: only its code point is beyond 16 bits. */
function isPairAt(text: string, index: number): boolean {
  return (text.codePointAt(index) ?? 0) > 0xffff
}
