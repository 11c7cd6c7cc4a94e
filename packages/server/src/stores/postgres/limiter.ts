/** How many statements are asked at once. */
export interface Limiter {
  /**
   * Resolves when there is room. Whoever is over by then is passed over and never hears of it.
   *
   * @param isFirst goes before the others that wait, because it was inside before
   */
  acquire(isOver: () => boolean, isFirst: boolean): Promise<void>
  /** `wasFull`: the server had no connection for it, so that there is room for those that are still inside. */
  release(wasFull: boolean): void
}

/** Once the server was full, there is room for one more after each such time: connections may have become free. */
const growMs = 250

/** Room for everybody, until the server has no connection for somebody. It keeps no timer while nobody waits. */
export function createLimiter(): Limiter {
  const waiting: { readonly isOver: () => boolean; readonly resolve: () => void }[] = []
  let inside = 0
  let limit = Infinity
  let limitedAt = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function hasRoom(): boolean {
    if (inside < limit) return true
    const grown = Math.floor((performance.now() - limitedAt) / growMs)
    limit += grown
    limitedAt += grown * growMs
    return inside < limit
  }

  function admit(): void {
    while (waiting.length > 0 && hasRoom()) {
      const next = waiting.shift()
      if (next === undefined || next.isOver()) continue
      inside += 1
      next.resolve()
    }
    if (waiting.length === 0 || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      admit()
    }, growMs)
  }

  return {
    acquire(isOver, isFirst) {
      return new Promise((resolve) => {
        if (isFirst) waiting.unshift({ isOver, resolve })
        else waiting.push({ isOver, resolve })
        admit()
      })
    },
    release(wasFull) {
      inside -= 1
      if (wasFull) {
        limit = Math.min(limit, inside)
        limitedAt = performance.now()
      }
      admit()
    },
  }
}
