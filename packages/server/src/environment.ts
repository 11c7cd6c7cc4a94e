/**
 * The clock, the timers and the randomness of the runtime. Everything that measures time or waits uses it, so that
 * tests can control the clock.
 */
export interface Environment {
  /** Milliseconds since 1970. It must not jump when the system clock is set. Leases are never measured by it. */
  now(): number
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(handle: unknown): void
  /** Calls `callback` after one turn of the event loop. */
  setImmediate(callback: () => void): void
  /** From 0 up to, not including, 1. For jitter only, never for ids. */
  random(): number
}

const { timeOrigin } = performance

/** The clock and timers of the platform. */
export const platformEnvironment: Environment = {
  now: () => timeOrigin + performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
  setImmediate: (callback) => {
    const { setImmediate: immediate } = globalThis as { setImmediate?: (callback: () => void) => unknown }
    if (immediate) immediate(callback)
    else setTimeout(callback, 0)
  },
  random: () => Math.random(),
}
