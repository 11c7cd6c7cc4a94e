export interface ChangeNotifier {
  watch(onChange: (id: string) => void): () => void
  notify(id: string): void
  clear(): void
}

/** Calls the listeners of a store's `watch`. */
export function createChangeNotifier(): ChangeNotifier {
  const listeners = new Set<{ readonly onChange: (id: string) => void }>()
  return {
    watch(onChange) {
      // A separate entry for each call: the same function may watch twice, and each unsubscribe removes one.
      const entry = { onChange }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    notify(id) {
      for (const { onChange } of [...listeners]) {
        try {
          onChange(id)
        } catch (error) {
          // The act is durable, so a listener that throws must not make it fail. Its error is reported as uncaught.
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
    clear: () => listeners.clear(),
  }
}
