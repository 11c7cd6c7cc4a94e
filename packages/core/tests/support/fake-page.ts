import { vi } from 'vitest'

/** The globals of a page, until the test is over. The test controls its frames and events. */
export function fakePage() {
  const frames = new Map<number, () => void>()
  type Listener = (event: { persisted?: boolean }) => void
  const listeners = new Set<{ type: string; listener: Listener }>()
  let lastFrame = 0
  const navigator = { onLine: true }

  const page = {
    requestAnimationFrame(callback: () => void) {
      frames.set(++lastFrame, callback)
      return lastFrame
    },
    cancelAnimationFrame: (frame: number) => frames.delete(frame),
    addEventListener(type: string, listener: Listener, { signal }: { signal?: AbortSignal } = {}) {
      const entry = { type, listener }
      listeners.add(entry)
      signal?.addEventListener('abort', () => listeners.delete(entry))
    },
    removeEventListener(type: string, listener: Listener) {
      for (const entry of listeners) if (entry.type === type && entry.listener === listener) listeners.delete(entry)
    },
  }
  for (const [name, value] of Object.entries(page)) vi.stubGlobal(name, value)
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('navigator', navigator)
  const document = { hidden: false, addEventListener: page.addEventListener }
  vi.stubGlobal('document', document)

  return {
    paint() {
      const due = [...frames.values()]
      frames.clear()
      for (const callback of due) callback()
    },
    tell(type: string, event: { persisted?: boolean } = {}) {
      for (const entry of [...listeners]) if (entry.type === type) entry.listener(event)
    },
    hide(isHidden: boolean) {
      document.hidden = isHidden
      this.tell('visibilitychange')
    },
    connect(isOnline: boolean) {
      navigator.onLine = isOnline
      this.tell(isOnline ? 'online' : 'offline')
    },
    get listenerCount() {
      return listeners.size
    },
  }
}
