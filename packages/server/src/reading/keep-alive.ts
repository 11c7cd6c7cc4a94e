import type { Environment } from '../environment'

/** Calls many listeners at the same interval. */
export interface KeepAlive {
  add(listener: Ticked): void
  remove(listener: Ticked): void
}

export interface Ticked {
  tick(): void
}

/** One timer for all listeners, which runs only while there are any. `onTimer` gets the time for which it was set. */
export function createKeepAlive(
  keepAliveMs: number,
  environment: Environment,
  onTimer: (plannedAt: number) => void,
): KeepAlive {
  const listeners = new Set<Ticked>()
  let timer: unknown

  function schedule(): void {
    if (timer !== undefined || listeners.size === 0) return
    const at = environment.now() + keepAliveMs
    timer = environment.setTimeout(() => {
      timer = undefined
      onTimer(at)
      for (const listener of [...listeners]) if (listeners.has(listener)) listener.tick()
      schedule()
    }, keepAliveMs)
  }

  return {
    add(listener) {
      listeners.add(listener)
      schedule()
    },
    remove(listener) {
      listeners.delete(listener)
      if (listeners.size > 0) return
      environment.clearTimeout(timer)
      timer = undefined
    },
  }
}
