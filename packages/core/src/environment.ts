/** What the core asks of the world around it. Injectable, so that a test owns time, chance and the network's state. */
export interface Environment {
  /** Runs `callback` once after `ms` milliseconds; the returned undo cancels that. */
  setTimer(callback: () => void, ms: number): () => void
  /** Runs `callback` before the next paint. May never run (a hidden tab); the returned undo cancels it. */
  onFrame(callback: () => void): () => void
  /** From 0 up to 1. */
  random(): number
  /** `false` only if there is surely no network. */
  isOnline(): boolean
  /** Calls back when trying again may pay: the network is back, or the page is looked at again. */
  onWake(listener: () => void): () => void
}

/** The environment of a browser; in Node and other runtimes, what of it is there. */
export const browserEnvironment: Environment = {
  setTimer(callback, ms) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
  onFrame(callback) {
    if (!globalThis.requestAnimationFrame) return () => {}
    const frame = requestAnimationFrame(callback)
    return () => cancelAnimationFrame(frame)
  },
  random: () => Math.random(),
  isOnline: () => globalThis.navigator?.onLine !== false,
  onWake(listener) {
    const { window } = globalThis
    window?.addEventListener('online', listener)
    window?.addEventListener('focus', listener)
    return () => {
      window?.removeEventListener('online', listener)
      window?.removeEventListener('focus', listener)
    }
  },
}
