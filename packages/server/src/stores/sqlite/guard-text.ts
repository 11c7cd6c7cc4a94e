const guard = '\u0001'
const byteOrderMark = '\ufeff'

/**
 * Puts U+0001 before a text that starts with U+FEFF or U+0001. When bun:sqlite reads a text, it drops a leading U+FEFF as a
 * byte order mark.
 */
export function guardText(text: string): string {
  return text.startsWith(byteOrderMark) || text.startsWith(guard) ? guard + text : text
}

export function unguardText(text: string): string {
  return text.startsWith(guard) ? text.slice(1) : text
}
