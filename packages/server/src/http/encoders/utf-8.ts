const encoder = new TextEncoder()

export const nothing: Uint8Array = new Uint8Array()

/** UTF-8, without a byte order mark. */
export function encode(text: string): Uint8Array {
  return encoder.encode(text)
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
