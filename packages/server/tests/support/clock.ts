import type { Environment } from '../../src/environment'

/** A clock that the test controls. */
export interface FakeClock extends Environment {
  /** Runs every timer that is due within `ms`, each at its own time, and waits for the work that each one starts. */
  advance(ms: number): Promise<void>
  /** How many timers are set. */
  readonly timers: number
  /** Moves the clock without running a timer on time, as if the machine had paused. */
  stall(ms: number): void
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

export function createFakeClock(start = 1_700_000_000_000): FakeClock {
  let now = start
  const timers = new Set<Timer>()

  return {
    now: () => now,
    random: () => 0.5,
    setTimeout(callback, ms) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return timer
    },
    clearTimeout(timer) {
      timers.delete(timer as Timer)
    },
    setImmediate: (callback) => void setImmediate(callback),
    get timers() {
      return timers.size
    },
    stall(ms) {
      now += ms
    },
    async advance(ms) {
      const until = now + ms
      await settled()
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.callback()
        await settled()
      }
      now = Math.max(now, until)
      await settled()
    },
  }
}

/** Waits until pending microtasks and event loop callbacks have run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
