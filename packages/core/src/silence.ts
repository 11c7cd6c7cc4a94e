import type { Environment } from './environment'

/** How soon it is noticed that the machine has slept, in milliseconds. */
const TICK_MS = 5_000

/**
 * Calls `onSilence` whenever nothing was heard for `limitMs`: by the wall clock, since timers stand still while a machine
 * sleeps. Ends with the signal.
 */
export function watchSilence(limitMs: number, onSilence: () => void, environment: Environment, signal: AbortSignal) {
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
    if (!signal.aborted) timer = environment.setTimeout(check, Math.min(heardAt + limitMs - clock.now(), TICK_MS))
  }

  heard()
  check()
  signal.addEventListener('abort', cancel)
  return { heard, check }
}
