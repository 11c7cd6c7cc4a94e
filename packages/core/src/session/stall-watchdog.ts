import type { Environment } from '../environment'

/** How soon it is noticed that the machine has slept, in milliseconds. */
const TICK_MS = 5_000

/** A timer that fires so much later than it should says that the machine, or the page, stood still, in milliseconds. */
const LATE_MS = 1_500

/**
 * Calls `onSilence` whenever nothing was heard for `limitMs`: by the wall clock, since timers stand still while a machine
 * sleeps; and `onLate` when one of its timers fires late. Ends with the signal.
 */
export function watchForStall(
  limitMs: number,
  onSilence: () => void,
  onLate: () => void,
  environment: Environment,
  signal: AbortSignal,
) {
  const { Date: clock = Date } = environment
  let heardAt = 0
  let timer: unknown
  const cancel = () => environment.clearTimeout(timer as never)
  const heard = () => {
    heardAt = clock.now()
  }

  function check() {
    cancel()
    // A clock that is set back would stretch the silence by as much.
    heardAt = Math.min(heardAt, clock.now())
    if (heardAt + limitMs <= clock.now()) {
      heard()
      onSilence()
    }
    if (signal.aborted) return
    const waitMs = Math.min(heardAt + limitMs - clock.now(), TICK_MS)
    const dueAt = clock.now() + waitMs
    timer = environment.setTimeout(() => {
      const isLate = clock.now() > dueAt + LATE_MS
      check()
      if (isLate && !signal.aborted) onLate()
    }, waitMs)
  }

  heard()
  check()
  signal.addEventListener('abort', cancel)
  return { heard, check }
}
