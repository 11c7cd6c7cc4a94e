import type { TextRow } from './transaction'

const maxPieceLength = 16_384

/**
 * Cuts a long text into rows of at most 16 Ki code units, so that reading a small range never loads a big row. A
 * surrogate pair stays in one row: half of one cannot be written as UTF-8.
 */
export function* splitText({ start, text }: TextRow): Generator<TextRow> {
  let from = 0
  while (from < text.length) {
    let to = Math.min(from + maxPieceLength, text.length)
    if (to < text.length && isPairAt(text, to - 1)) to -= 1
    yield { start: start + from, text: text.slice(from, to) }
    from = to
  }
}

/** Whether both halves of one character stand here: only such a one has a code point beyond 16 bits. */
function isPairAt(text: string, index: number): boolean {
  return (text.codePointAt(index) ?? 0) > 0xffff
}
