/** What is nested deeper is not compared. */
const MAX_DEPTH = 100

/**
 * `next`, but each plain object and array in it that is equal to the one at the same place in `before` is that one. What is the same
 * already is not looked into.
 */
export function reuse<T>(before: unknown, next: T, depth = 0): T {
  if (Object.is(before, next) || depth > MAX_DEPTH) return next
  if (Array.isArray(before) && Array.isArray(next)) {
    const items = next.map((item, index) => reuse(before[index], item, depth + 1))
    return (firstEqual(items, before, next) ?? items) as T
  }
  if (!isObject(before) || !isObject(next)) return next
  const keys = Object.keys(next)
  const values = keys.map((key) => reuse(before[key], next[key], depth + 1))
  const isSameShape = isEqual(keys, Object.keys(before))
  if (isSameShape && isEqual(values, Object.values(before))) return before as T
  if (isEqual(values, Object.values(next))) return next
  return Object.fromEntries(keys.map((key, index) => [key, values[index]])) as T
}

const firstEqual = (items: readonly unknown[], ...lists: readonly unknown[][]) =>
  lists.find((list) => isEqual(list, items))

function isEqual(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => Object.is(item, other[index]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
