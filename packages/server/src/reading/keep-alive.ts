import type { Environment } from '../environment'

/** Calls many listeners at the same interval. */
export interface KeepAlive {
  /** Returns a function that removes the listener. */
  add(tick: () => void): () => void
}

/** One timer for all listeners, which runs only while there are any. `onTimer` gets the time for which it was set. */
export function createKeepAlive(
  keepAliveMs: number,
  environment: Environment,
  onTimer: (plannedAt: number) => void,
): KeepAlive {
  const ticks = new Set<() => void>()
  let timer: unknown

  function schedule(): void {
    if (timer !== undefined || ticks.size === 0) return
    const at = environment.now() + keepAliveMs
    timer = environment.setTimeout(() => {
      timer = undefined
      onTimer(at)
      for (const tick of [...ticks]) if (ticks.has(tick)) tick()
      schedule()
    }, keepAliveMs)
  }

  return {
    add(tick) {
      ticks.add(tick)
      schedule()
      return () => {
        ticks.delete(tick)
        if (ticks.size > 0) return
        environment.clearTimeout(timer)
        timer = undefined
      }
    },
  }
}
