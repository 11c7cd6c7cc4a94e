/// <reference types="node" />
import { afterEach, beforeEach, vi } from 'vitest'

const STEP_MS = 100

/** Timers and frames come only when {@link pass} or {@link paint} is called, in every test of the file. */
export function stopTime() {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}

/** Lets `ms` milliseconds pass in small steps, each with everything it sets in motion. */
export async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    await vi.advanceTimersByTimeAsync(Math.min(left, STEP_MS))
    await settled()
  }
}

/** Lets the browser paint: the frames that were asked for run, some 16 ms later. */
export function paint() {
  vi.advanceTimersToNextFrame()
}

/** Everything that microtasks and in-memory streams had to do is done: they take turns of the event loop, not time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
