/** Limits how many statements run at the same time. */
export interface Limiter {
  /**
   * Resolves when there is a free slot. It never resolves if `isOver` returns `true` by then.
   *
   * @param isFirst goes before the others that wait, because it had a slot before
   */
  acquire(isOver: () => boolean, isFirst: boolean): Promise<void>
  /** `wasFull`: the server had no connection for it, so the limit becomes the number of slots that are still in use. */
  release(wasFull: boolean): void
}

/** After the server was full, the limit grows by one in each such time: connections may have become free. In milliseconds. */
const growMs = 250

/** Has no limit until the server has no connection left. It keeps no timer while nothing waits. */
export function createLimiter(): Limiter {
  const waiting: { readonly isOver: () => boolean; readonly resolve: () => void }[] = []
  let inUse = 0
  let limit = Infinity
  let limitedAt = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function hasSlot(): boolean {
    if (inUse < limit) return true
    const grown = Math.floor((performance.now() - limitedAt) / growMs)
    limit += grown
    limitedAt += grown * growMs
    return inUse < limit
  }

  function admit(): void {
    while (waiting.length > 0 && hasSlot()) {
      const next = waiting.shift()
      if (next === undefined || next.isOver()) continue
      inUse += 1
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
      inUse -= 1
      if (wasFull) {
        limit = Math.min(limit, inUse)
        limitedAt = performance.now()
      }
      admit()
    },
  }
}
