/** How much text around an offset is segmented, in UTF-16 code units. No emoji sequence is that long. */
export const REACH = 256

/**
 * The last position at or before `offset` where the text may end. There it splits no visible character (grapheme) or,
 * without a segmenter, no code point.
 */
export function floorToGrapheme(text: string, offset: number, segmenter: Intl.Segmenter | undefined): number {
  if (offset >= text.length) return text.length
  if (!segmenter) return isHighSurrogate(text, offset - 1) ? offset - 1 : offset
  let from = Math.max(0, offset - REACH)
  if (isHighSurrogate(text, from - 1)) from--
  const around = segmenter.segment(text.slice(from, offset + REACH))
  return from + (around.containing(offset - from)?.index ?? 0)
}

/** Whether the unit is the first half of a surrogate pair. */
export function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800
}
