import type { Environment } from '../../src/environment'

/** A clock that is turned by hand. */
export interface FakeClock extends Environment {
  /** Runs every timer that falls due within `ms`, each at its own time, with everything it sets in motion. */
  advance(ms: number): Promise<void>
  /** How many timers are set. */
  readonly timers: number
  /** Lets the clock jump without any timer firing on time, as after a machine stood still. */
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

/** Everything that microtasks and the event loop had to do is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
