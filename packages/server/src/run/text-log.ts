import { cutBeforeSplitPair } from '../store/surrogates'

/**
 * A text that only grows, kept in the chunks in which it came.
 *
 * It is not one growing string, because each slice would flatten that, which is quadratic for 100,000 tokens. Binary
 * search finds a range, which then costs only the chunks that it touches.
 */
export interface TextLog {
  /** In UTF-16 code units. */
  readonly length: number
  /** `text` must be well-formed, so that no chunk begins or ends inside a surrogate pair. */
  push(text: string): void
  /** Returns at most `max` (2 or more) code units from `offset` on, up to `end`. Never ends inside a surrogate pair. */
  read(offset: number, max: number, end?: number): string
}

/** `starts` and `chunks` are the log's memory. Tests pass arrays that count how often they are read. */
export function createTextLog(starts: number[] = [], chunks: string[] = []): TextLog {
  let length = 0

  return {
    get length() {
      return length
    },
    push(text) {
      if (text === '') return
      starts.push(length)
      chunks.push(text)
      length += text.length
    },
    read(offset, max, end = length) {
      const until = Math.min(offset + max, end, length)
      if (offset >= until) return ''
      const parts: string[] = []
      let position = offset
      for (let index = chunkAt(starts, offset); position < until; index++) {
        const start = starts[index] ?? 0
        const chunk = chunks[index] ?? ''
        const part = chunk.slice(position - start, until - start)
        parts.push(part)
        position += part.length
      }
      return cutBeforeSplitPair(parts.length === 1 ? (parts[0] ?? '') : parts.join(''))
    },
  }
}

/** The index of the last chunk that starts at or before `offset`. */
function chunkAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
