import type { Environment } from '../../src/environment'
import type { TabsEnvironment } from '../../src/tabs'
import type { FakeBrowser } from './fake-browser'
import type { FakeClock } from './fake-clock'

/** A page of one origin: it may stop running without a word, and anything that happens to it waits or is lost. */
export interface FakeTab {
  readonly environment: Environment & TabsEnvironment
  readonly isDead: boolean
  /** Timers that run and listeners that listen. */
  readonly leftovers: number
  /** Runs something of this page: now, when it thaws, or never. */
  run(task: () => void): void
  /** Sends the page an event, as the browser does. */
  tell(type: string, event?: { persisted?: boolean }): void
  /** The page stops running, without an event. */
  freeze(): void
  thaw(): void
  /** Closed or crashed: the browser releases its locks and channels. */
  die(): void
}

export function createTab(browser: FakeBrowser, clock: FakeClock): FakeTab {
  const listeners = new Set<{ type: string; listener: (event: never) => void }>()
  const timers = new Set<() => void>()
  const waiting: (() => void)[] = []
  let isFrozen = false
  let isDead = false

  function addEventListener(
    type: string,
    listener: (event: never) => void,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ) {
    const entry = { type, listener }
    if (!isDead) listeners.add(entry)
    signal?.addEventListener('abort', () => listeners.delete(entry))
  }

  const tab: FakeTab = {
    environment: {
      setTimeout(callback, ms) {
        if (isDead) return
        const cancel = clock.after(ms, () => tab.run(() => timers.delete(cancel) && callback()))
        timers.add(cancel)
        return cancel
      },
      clearTimeout(timer: unknown) {
        if (timers.delete(timer as () => void)) (timer as () => void)()
      },
      Date: { now: clock.now },
      navigator: { onLine: true, locks: browser.locksOf(() => tab) },
      BroadcastChannel: browser.channelsOf(() => tab),
      addEventListener,
      document: { hidden: false, addEventListener },
    },
    get isDead() {
      return isDead
    },
    get leftovers() {
      return timers.size + listeners.size
    },
    run(task) {
      if (isDead) return
      if (isFrozen) waiting.push(task)
      else task()
    },
    tell(type, event = {}) {
      tab.run(() => {
        for (const entry of [...listeners]) if (entry.type === type) entry.listener(event as never)
      })
    },
    freeze() {
      isFrozen = true
    },
    thaw() {
      isFrozen = false
      for (const task of waiting.splice(0)) tab.run(task)
    },
    die() {
      isDead = true
      for (const cancel of timers) cancel()
      timers.clear()
      listeners.clear()
      browser.forget(tab)
    },
  }
  return tab
}
