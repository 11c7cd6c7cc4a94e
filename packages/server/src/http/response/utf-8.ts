const encoder = new TextEncoder()

export const nothing: Uint8Array = new Uint8Array()

/** UTF-8, without a byte order mark. */
export function encode(text: string): Uint8Array {
  return encoder.encode(text)
}

let lastText = ''
let lastBytes = nothing

/** The same. The readers of a stream that are at the same position are served in a row, so they share one array. */
export function encodeText(text: string): Uint8Array {
  if (text !== lastText) {
    lastBytes = encode(text)
    lastText = text
  }
  return lastBytes
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter(({ length }) => length > 0)
  const [only] = filled
  if (only === undefined || filled.length === 1) return only ?? nothing
  const whole = new Uint8Array(filled.reduce((length, part) => length + part.length, 0))
  let end = 0
  for (const part of filled) {
    whole.set(part, end)
    end += part.length
  }
  return whole
}
