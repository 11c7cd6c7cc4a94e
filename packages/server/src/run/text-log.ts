import { cutBeforeSplitPair } from '../store/surrogates'

/**
 * A text that only grows, kept as the pieces it came in.
 *
 * Never one growing string: slicing one flattens it each time, which made 100,000 tokens quadratic. A range is found by
 * binary search and costs the pieces it touches.
 */
export interface TextLog {
  /** In UTF-16 code units. */
  readonly length: number
  /** `text` must be well-formed, so that no piece begins or ends inside a surrogate pair. */
  push(text: string): void
  /** At most `max` (2 or more) code units from `offset` on, up to `end`. Never ends inside a surrogate pair. */
  read(offset: number, max: number, end?: number): string
}

/** `starts` and `pieces` are the log's own memory; tests pass arrays that count how often they are looked at. */
export function createTextLog(starts: number[] = [], pieces: string[] = []): TextLog {
  let length = 0

  return {
    get length() {
      return length
    },
    push(text) {
      if (text === '') return
      starts.push(length)
      pieces.push(text)
      length += text.length
    },
    read(offset, max, end = length) {
      const until = Math.min(offset + max, end, length)
      if (offset >= until) return ''
      const parts: string[] = []
      let position = offset
      for (let index = pieceAt(starts, offset); position < until; index++) {
        const start = starts[index] ?? 0
        const piece = pieces[index] ?? ''
        const part = piece.slice(position - start, until - start)
        parts.push(part)
        position += part.length
      }
      return cutBeforeSplitPair(parts.length === 1 ? (parts[0] ?? '') : parts.join(''))
    },
  }
}

/** The index of the last piece that starts at or before `offset`. */
function pieceAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
