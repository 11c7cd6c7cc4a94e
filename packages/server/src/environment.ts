/**
 * What the runtime takes from its surroundings. Everything that measures or waits goes through it, so that tests can turn
 * the clock by hand.
 */
export interface Environment {
  /** Milliseconds since 1970. Must not jump when somebody sets the clock; leases are never reckoned by it. */
  now(): number
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(handle: unknown): void
  /** Calls back after the event loop has turned once. */
  setImmediate(callback: () => void): void
  /** From 0 up to, not including, 1. For jitter only, never for ids. */
  random(): number
}

/** The clock and timers of the platform. */
export const platformEnvironment: Environment = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
  setImmediate: (callback) => {
    const { setImmediate: immediate } = globalThis as { setImmediate?: (callback: () => void) => unknown }
    if (immediate) immediate(callback)
    else setTimeout(callback, 0)
  },
  random: () => Math.random(),
}
