import { afterEach, beforeEach, vi } from 'vitest'

/** Declared here, since all of Node's types would let the sources use them too. */
declare function setImmediate(callback: () => void): void

/**
 * Timers run only when a test lets time pass, and every random wait is exactly half of its bound. The event loop's own
 * turns stay real: streams and bodies need them.
 */
export function useFakeTime() {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
    vi.spyOn(Math, 'random').mockReturnValue(0)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
  })
}

/** Lets everything run that needs no time. */
export async function settle(turns = 20) {
  for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** Lets `ms` of the fake clock pass, and everything run that this starts. */
export async function pass(ms: number) {
  await settle()
  await vi.advanceTimersByTimeAsync(ms)
  await settle()
}

/** Waits, without time passing, for something that must come true by itself. */
export async function until(condition: () => boolean, what: string) {
  for (let turn = 0; turn < 500; turn++) {
    if (condition()) return
    await settle(1)
  }
  throw new Error(`never came true: ${what}`)
}
