/** Throws unless both are the same JSON-like value. A property that is `undefined` counts as absent. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (isEqual(actual, expected)) return
  throw new Error(`${what}\n  expected: ${show(expected)}\n  actual:   ${show(actual)}`)
}

export function expectTrue(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

/** Throws unless `actual` has every property of `expected`, with the same value. */
export function expectMatch(actual: unknown, expected: Readonly<Record<string, unknown>>, what: string): void {
  expectTrue(isObject(actual), `${what}: expected an object, not ${show(actual)}`)
  for (const [name, value] of Object.entries(expected)) expectEqual(actual[name], value, `${what}: ${name}`)
}

/** The same for a result of that type and its head. */
export function expectHead(
  actual: { readonly type: string },
  type: string,
  head: Readonly<Record<string, unknown>>,
  what: string,
): void {
  expectMatch(actual, { type }, what)
  expectMatch((actual as { readonly head?: unknown }).head, head, `${what}: head`)
}

export async function expectRejection(promise: Promise<unknown>, what: string): Promise<void> {
  const isRejected = await promise.then(
    () => false,
    // The store must reject. The contract leaves the error to it.
    () => true,
  )
  expectTrue(isRejected, what)
}

/**
 * Whether both are the same JSON-like value. A property that is `undefined` counts as absent. A property named `now` counts as
 * equal: the clock of a head moves on between two results, and the case `heads/clock` checks it.
 */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => isEqual(item, b[i]))
  }
  if (!isObject(a) || !isObject(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => key === 'now' || isEqual(a[key], b[key]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 600 ? `${text.slice(0, 300)} … ${text.slice(-300)} (${text.length} characters)` : text
}
