export interface ChangeNotifier {
  watch(onHint: (id: string) => void): () => void
  notify(id: string): void
  clear(): void
}

/** The listeners of a store's `watch`. */
export function createChangeNotifier(): ChangeNotifier {
  const listeners = new Set<{ readonly onHint: (id: string) => void }>()
  return {
    watch(onHint) {
      // An entry of its own for each call: the same function may watch twice, and each undo takes back one.
      const entry = { onHint }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    notify(id) {
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
