import { beforeEach, onTestFinished, vi } from 'vitest'

const STEP_MS = 100

/** In every test of the file, timers and frames run only when {@link pass} or {@link paint} is called. */
export function stopTime() {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame', 'Date'],
    })
    // This comes after what the test does when it has finished, because clients leave in fake time.
    onTestFinished(() => void vi.useRealTimers())
  })
}

/** Lets `ms` milliseconds pass in small steps. After each step it waits for the effects to settle. */
export async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    await vi.advanceTimersByTimeAsync(Math.min(left, STEP_MS))
    await settled()
  }
}

/** Lets the browser paint: runs the requested frames, some 16 ms later. */
export function paint() {
  vi.advanceTimersToNextFrame()
}

/** Waits for microtasks and in-memory streams. They need turns of the event loop, but no time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await nextTurn()
}

/** Node has `setImmediate`. In a browser, a message takes one turn and is not clamped as a timer is. */
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
