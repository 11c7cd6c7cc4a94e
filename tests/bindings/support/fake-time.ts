import { afterEach, beforeEach, vi } from 'vitest'

const STEP_MS = 100

/** Timers and frames come only when {@link pass} or {@link paint} is called, in every test of the file. */
export function stopTime() {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame', 'Date'],
    })
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
  for (let turn = 0; turn < 8; turn++) await nextTurn()
}

/** Node has its own word for it; in a browser a message takes a turn, and is not clamped as a timer is. */
function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown }
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve)
      return
    }
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
