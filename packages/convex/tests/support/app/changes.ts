/** Convex itself sees what a mutation wrote; `convex-test` tells nobody, so the app does. */
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
