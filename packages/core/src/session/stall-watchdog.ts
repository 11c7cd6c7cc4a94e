import type { Environment } from '../environment'

/** The longest timer, in milliseconds: how soon the watchdog notices that the machine slept. */
const TICK_MS = 5_000

/** A timer that fires this much too late means that the machine or the page was suspended, in milliseconds. */
const LATE_MS = 1_500

/**
 * Calls `onStall` whenever `reset` was not called for `limitMs`. It measures by the wall clock, because timers stop while a
 * machine sleeps. Calls `onLate` when one of its timers fires late. Ends with the signal.
 */
export function watchForStall(
  limitMs: number,
  onStall: () => void,
  onLate: () => void,
  environment: Environment,
  signal: AbortSignal,
) {
  const { Date: clock = Date } = environment
  let resetAt = 0
  let timer: unknown
  const cancel = () => environment.clearTimeout(timer as never)
  const reset = (now: number) => {
    resetAt = now
  }

  function check() {
    cancel()
    // If the clock is set back, the time without a byte must not grow by that.
    resetAt = Math.min(resetAt, clock.now())
    if (resetAt + limitMs <= clock.now()) {
      reset(clock.now())
      onStall()
    }
    if (signal.aborted) return
    const waitMs = Math.min(resetAt + limitMs - clock.now(), TICK_MS)
    const dueAt = clock.now() + waitMs
    timer = environment.setTimeout(() => {
      const isLate = clock.now() > dueAt + LATE_MS
      check()
      if (isLate && !signal.aborted) onLate()
    }, waitMs)
  }

  reset(clock.now())
  check()
  signal.addEventListener('abort', cancel)
  return { reset, check }
}
