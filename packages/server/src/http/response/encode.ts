const encoder = new TextEncoder()

/** UTF-8, without a byte order mark. */
export function encode(text: string): Uint8Array {
  return encoder.encode(text)
}
