/** Merges objects deeply. Anything else, such as an array, replaces what stood there. */
export function mergeMetadata(before: unknown, added: unknown): unknown {
  if (!isObject(before) || !isObject(added)) return added
  const merged: Record<string, unknown> = { ...before }
  for (const [key, value] of Object.entries(added)) {
    // It would change the prototype.
    if (key !== '__proto__') merged[key] = mergeMetadata(before[key], value)
  }
  return merged
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
