import { isHighSurrogate, isLowSurrogate } from '../store/surrogates'
import type { TextLog } from './text-log'

const MARK_START = '\x1e'
const MARK_END = '\n'

/** The mark that withdraws what follows `offset` (docs/marks.md). */
export const rewindMark = (offset: number) => `${MARK_START}{"type":"rewind","offset":${offset}}${MARK_END}`

/** Why a run that began at `base` cannot go back to `offset`. */
export function rewindMistake(offset: number, log: TextLog, base: number): string | undefined {
  const call = `append.rewind(${offset})`
  if (!Number.isSafeInteger(offset) || offset > log.length)
    return `${call}: pass an offset from ${base} to ${log.length}, such as append.offset was before`
  if (offset < base) return `${call}: the text before ${base} was fixed when this run began; go back to ${base} at most`
  if (isInPair(offset, log)) return `${call}: the offset is inside a surrogate pair`
  if (isInMark(offset, log)) return `${call}: the offset is inside a mark; use one between two calls of append`
  return undefined
}

function isInPair(offset: number, log: TextLog): boolean {
  if (offset === 0) return false
  const text = log.read(offset - 1, 3)
  return isHighSurrogate(text.charCodeAt(0)) && isLowSurrogate(text.charCodeAt(1))
}

/** A mark has no line end in it. */
function isInMark(offset: number, log: TextLog): boolean {
  const slice = 1_024
  for (let end = offset; end > 0; end -= slice) {
    const start = Math.max(0, end - slice)
    const text = log.read(start, end - start)
    const mark = text.lastIndexOf(MARK_START)
    const lineEnd = text.lastIndexOf(MARK_END)
    if (mark !== lineEnd) return mark > lineEnd
  }
  return false
}
