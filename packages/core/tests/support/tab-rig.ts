import { createStreamClient, type StreamEvent, type StreamSources, type TextStream } from '@keepstream/core'
import { shareTabs, type TabsEnvironment } from '@keepstream/core/tabs'
import { createBrowser } from './fake-browser'
import { createClock } from './fake-clock'
import { createStore } from './fake-store'
import { createTab, type FakeTab } from './fake-tab'

export interface OpenedTab extends FakeTab {
  readonly stream: TextStream
  readonly text: string
  /** All that was ever shown, in order. */
  readonly texts: readonly string[]
  /** How often it began to follow. */
  readonly attempts: number
  detach(): void
}

export interface TabOptions {
  /** Whose tab it is. */
  readonly name?: string
  /** The parts of this tab's environment that replace the browser's. */
  readonly instead?: Partial<TabsEnvironment>
  readonly id?: string
  readonly sources?: Partial<StreamSources>
  /** Why the server refuses this tab, as long as it does. */
  readonly refuse?: () => unknown
  readonly driven?: boolean
}

/** A browser, a server with one stream, and tabs that follow it. */
export function setupTabs(delayMs?: () => number) {
  const clock = createClock()
  const browser = createBrowser(clock, delayMs)
  const store = createStore(clock)
  const tabs: OpenedTab[] = []

  function openTab({ id = 'answer', name = 'a user', sources, refuse, driven, instead }: TabOptions = {}): OpenedTab {
    const tab = createTab(browser, clock)
    const { environment } = tab
    const shared = shareTabs(
      { snapshot: store.tail(tab, refuse), ...sources },
      { name, environment: { ...environment, ...instead } },
    )
    let attempts = 0
    const onEvent = ({ type }: StreamEvent) => {
      if (type === 'following') attempts++
    }
    const waits = { minMs: 200, maxMs: 1600 }
    const client = createStreamClient({ ...shared, environment, poll: waits, retry: waits, throttleMs: 1, onEvent })
    const stream = client.stream(id)
    const texts: string[] = []
    stream.$state.listen(({ text }) => {
      if ((texts.at(-1) ?? '') !== text) texts.push(text)
    })
    const detach = stream.attach({ start: driven })
    const opened = Object.defineProperties(tab as OpenedTab, {
      stream: { value: stream },
      text: { get: () => stream.$state.get().text },
      texts: { value: texts },
      attempts: { get: () => attempts },
      detach: { value: detach },
    })
    tabs.push(opened)
    return opened
  }

  return {
    ...clock,
    browser,
    store,
    tabs,
    openTab,
    openTabs: (count: number, options?: TabOptions) => Array.from({ length: count }, () => openTab(options)),
    /** The tab that holds the lock. */
    leader() {
      const tab = tabs.find((one) => browser.held.some((claim) => claim.tab === one))
      if (!tab) throw new Error('nobody leads')
      return tab
    },
  }
}
