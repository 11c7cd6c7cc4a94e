/** How much of the text around an offset is looked at, in UTF-16 code units: more than any emoji sequence has. */
const REACH = 256

/**
 * The last place at or before `offset` where the text may end without splitting what a reader sees as one character, or,
 * without a segmenter, a code point.
 */
export function floorToGrapheme(text: string, offset: number, segmenter: Intl.Segmenter | undefined): number {
  if (offset >= text.length) return text.length
  if (!segmenter) return isHighSurrogate(text, offset - 1) ? offset - 1 : offset
  let from = Math.max(0, offset - REACH)
  if (isHighSurrogate(text, from - 1)) from--
  const around = segmenter.segment(text.slice(from, offset + REACH))
  return from + (around.containing(offset - from)?.index ?? 0)
}

/** The unit is the first half of a pair. */
export function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800
}
