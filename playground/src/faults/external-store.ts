/** A value outside of any framework, with listeners for its changes. */
export interface ExternalStore<T> {
  /** The same reference until it changes. */
  get(): T
  /** Calls back on every change, without a first call. Returns unsubscribe. */
  subscribe(listener: () => void): () => void
}

export interface WritableStore<T> extends ExternalStore<T> {
  /** Setting the same value calls no listener. */
  set(value: T): void
}

export function createExternalStore<T>(value: T): WritableStore<T> {
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      const own = () => listener()
      listeners.add(own)
      return () => listeners.delete(own)
    },
  }
}
