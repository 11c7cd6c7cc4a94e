type Show = (value: unknown) => void

/** The value of the beginning of a JSON text: slow, and written from the rules that `json()` documents. */
export function partialJson(text: string, isWhole: boolean): unknown {
  let at = 0
  let shown: unknown

  const fault = (): never => {
    throw new RangeError(`Nothing more to read at ${at}.`)
  }
  const rest = () => text.slice(at)
  const skip = (pattern: RegExp) => {
    const found = pattern.exec(rest())?.[0] ?? ''
    at += found.length
    return found
  }
  const next = () => {
    skip(/^[ \t\r\n]+/)
    return text[at]
  }
  const take = (...signs: string[]) => {
    const sign = next() ?? fault()
    if (!signs.includes(sign)) fault()
    at += 1
    return sign
  }

  function readString(show: Show): string {
    take('"')
    let value = ''
    for (;;) {
      show(value.replace(/[\uD800-\uDBFF]$/, ''))
      if (text.charAt(at) < ' ') fault()
      const part = skip(/^(\\u[\da-fA-F]{4}|\\["\\/bfnrt]|[^"\\])/s)
      if (!part) break
      value += part.length > 1 ? JSON.parse(`"${part}"`) : part
    }
    if (text[at] !== '"') fault()
    at += 1
    show(value)
    return value
  }

  function readMembers(object: object): void {
    take('{')
    if (next() === '}') return void take('}')
    do {
      if (next() !== '"') fault()
      const key = readString(() => {})
      take(':')
      readValue((value) =>
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true }),
      )
    } while (take(',', '}') === ',')
  }

  function readItems(array: unknown[]): void {
    take('[')
    if (next() === ']') return void take(']')
    do {
      const index = array.length
      readValue((value) => {
        array[index] = value
      })
    } while (take(',', ']') === ',')
  }

  function readScalar(show: Show, mayEnd: boolean): void {
    const found = skip(/^[-+.\w]+/)
    if (at === text.length && !mayEnd) fault()
    show(JSON.parse(found))
  }

  function readValue(show: Show, isRoot = false): void {
    const sign = next()
    const container = sign === '{' ? {} : []
    if (sign === '"') return void readString(show)
    if (sign === '{' || sign === '[') show(container)
    if (sign === '{') readMembers(container)
    else if (sign === '[') readItems(container as unknown[])
    else readScalar(show, isWhole && isRoot)
  }

  try {
    if (next() === '`' && !skip(/^[^\n]*\n/)) fault()
    readValue((value) => {
      shown = value
    }, true)
  } catch {
    // The text has ended, or is not JSON from here on.
  }
  return shown
}
