/**
 * The longest chunk that is sent at once, in bytes of UTF-8. A reader that stalls holds one, and about 15 KB for its response:
 * less than 48 KB in all.
 */
export const maxChunkBytes = 24_576

const encoder = new TextEncoder()
const scratch = new Uint8Array(maxChunkBytes)
let lastText = ''
let lastBytes: Uint8Array = new Uint8Array()

/** The beginning of the text that is sent at once. Never ends inside a surrogate pair. */
export function chunkOf(text: string): string {
  // A code unit takes at most three bytes.
  if (text.length * 3 <= maxChunkBytes) return text
  const { read, written } = encoder.encodeInto(text, scratch)
  lastText = text.slice(0, read)
  lastBytes = scratch.slice(0, written)
  return lastText
}

/**
 * UTF-8, without a byte order mark. The readers of a stream that are at the same position are served in a row, so they share one
 * array, which is never changed.
 */
export function encodeText(text: string): Uint8Array {
  if (text !== lastText) {
    lastBytes = encoder.encode(text)
    lastText = text
  }
  return lastBytes
}
