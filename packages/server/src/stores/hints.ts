export interface Hints {
  watch(onHint: (id: string) => void): () => void
  tell(id: string): void
  clear(): void
}

/** The listeners of a store's `watch`. */
export function createHints(): Hints {
  const listeners = new Set<{ readonly onHint: (id: string) => void }>()
  return {
    watch(onHint) {
      // An entry of its own for each call: the same function may watch twice, and each undo takes back one.
      const entry = { onHint }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    tell(id) {
      for (const { onHint } of [...listeners]) {
        try {
          onHint(id)
        } catch (error) {
          // The act is done and durable; a listener must not make it look failed. It is reported as uncaught instead.
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
    clear: () => listeners.clear(),
  }
}
