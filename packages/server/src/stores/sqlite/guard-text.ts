const guard = '\u0001'
const byteOrderMark = '\ufeff'

/**
 * Puts U+0001 before a text that starts with U+FEFF, or with U+0001 itself: bun:sqlite takes a leading U+FEFF for a byte
 * order mark and drops it when it reads.
 */
export function guardText(text: string): string {
  return text.startsWith(byteOrderMark) || text.startsWith(guard) ? guard + text : text
}

export function unguardText(text: string): string {
  return text.startsWith(guard) ? text.slice(1) : text
}
