/** Convex itself detects the writes of a mutation. `convex-test` does not, so the app reports them. */
let listeners: (() => void)[] = []

export function onChange(listener: () => void): () => void {
  listeners.push(listener)
  return () => {
    listeners = listeners.filter((one) => one !== listener)
  }
}

export function tellChange() {
  for (const listener of listeners) listener()
}
