import { vi } from 'vitest'

/** The globals of a page, until the test is over: frames that are painted and events that are told when a test says so. */
export function fakePage() {
  const frames = new Map<number, () => void>()
  const listeners = new Set<{ type: string; listener: () => void }>()
  let lastFrame = 0

  const page = {
    requestAnimationFrame(callback: () => void) {
      frames.set(++lastFrame, callback)
      return lastFrame
    },
    cancelAnimationFrame: (frame: number) => frames.delete(frame),
    addEventListener(type: string, listener: () => void, { signal }: { signal?: AbortSignal } = {}) {
      const entry = { type, listener }
      listeners.add(entry)
      signal?.addEventListener('abort', () => listeners.delete(entry))
    },
    removeEventListener(type: string, listener: () => void) {
      for (const entry of listeners) if (entry.type === type && entry.listener === listener) listeners.delete(entry)
    },
  }
  for (const [name, value] of Object.entries(page)) vi.stubGlobal(name, value)
  vi.stubGlobal('window', globalThis)

  return {
    paint() {
      const due = [...frames.values()]
      frames.clear()
      for (const callback of due) callback()
    },
    tell(type: string) {
      for (const entry of [...listeners]) if (entry.type === type) entry.listener()
    },
    get listenerCount() {
      return listeners.size
    },
  }
}
