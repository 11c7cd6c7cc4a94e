/**
 * The clock and the events of the world around: `globalThis` in a browser, in Node and elsewhere. Injectable, so that a
 * test owns time. Listeners are removed by the signal they are given.
 */
export interface Environment {
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: never): void
  /** Missing outside browsers, and silent in a hidden tab. */
  requestAnimationFrame?: ((callback: () => void) => unknown) | undefined
  /** Hears `online`, when trying again may pay. Missing outside browsers. */
  addEventListener?: ((type: 'online', listener: () => void, options: { signal: AbortSignal }) => void) | undefined
}
