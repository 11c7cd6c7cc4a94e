import type { Environment } from '../environment'
import { checkNumber } from './check-number'

export interface FakeClockOptions {
  /** The first time of the wall clock, in milliseconds. @default 0 */
  readonly startMs?: number | undefined
  /** From one animation frame to the next, in milliseconds. `Infinity`: no frames, as in a hidden tab. @default 16 */
  readonly frameMs?: number | undefined
}

/** A clock that stands still until a test advances it. Use it as a client's environment. It changes no global timer. */
export interface FakeClock extends Environment {
  readonly Date: { now(): number }
  requestAnimationFrame(callback: () => void): unknown
  cancelAnimationFrame(frame: never): void
  /** Needed so that `smooth` cuts text at whole characters on this clock too. */
  readonly Intl: { readonly Segmenter?: typeof Intl.Segmenter | undefined }
  /** How many timers and frames are waiting. */
  readonly waiting: number
  /**
   * Lets time pass. Each due timer and frame runs in order, and its microtasks run before the next one. It rejects if a
   * callback throws.
   *
   * @throws {StreamError} `invalid-option`, as {@link FakeClock.drain} does
   */
  advance(ms: number): Promise<void>
  /** Lets time pass until nothing is waiting, at most `maxMs`. Resolves with whether that was reached. @default 600000 */
  drain(maxMs?: number): Promise<boolean>
}

interface Timer {
  readonly dueMs: number
  readonly run: () => void
}

/** @throws {StreamError} `invalid-option` */
export function createFakeClock({ startMs = 0, frameMs = 16 }: FakeClockOptions = {}): FakeClock {
  checkNumber('createFakeClock', 'startMs', startMs, { max: Number.MAX_SAFE_INTEGER })
  checkNumber('createFakeClock', 'frameMs', frameMs, { min: 1, max: Number.POSITIVE_INFINITY })
  let nowMs = startMs
  const timers = new Set<Timer>()

  function wait(run: () => void, ms: number): Timer {
    const timer = { dueMs: nowMs + Math.max(ms, 0), run }
    if (timer.dueMs < Number.POSITIVE_INFINITY) timers.add(timer)
    return timer
  }
  const forget = (timer: never) => timers.delete(timer)

  async function runUntil(untilMs: number) {
    await settle()
    for (;;) {
      let first: Timer | undefined
      for (const timer of timers) if (timer.dueMs < (first?.dueMs ?? Number.POSITIVE_INFINITY)) first = timer
      if (!first || first.dueMs > untilMs) return
      timers.delete(first)
      nowMs = first.dueMs
      first.run()
      await settle()
    }
  }

  return {
    Date: { now: () => nowMs },
    Intl,
    setTimeout: wait,
    clearTimeout: forget,
    requestAnimationFrame: (callback) => wait(callback, frameMs - (nowMs % frameMs)),
    cancelAnimationFrame: forget,
    get waiting() {
      return timers.size
    },
    async advance(ms) {
      checkNumber('advance', 'ms', ms, { max: Number.MAX_SAFE_INTEGER })
      const untilMs = nowMs + ms
      await runUntil(untilMs)
      nowMs = untilMs
    },
    async drain(maxMs = 600_000) {
      checkNumber('drain', 'maxMs', maxMs, { max: Number.MAX_SAFE_INTEGER })
      await runUntil(nowMs + maxMs)
      return !timers.size
    },
  }
}

/** Uses microtasks only, so that it works with faked global timers too. */
async function settle() {
  for (let round = 0; round < 50; round++) await undefined
}
