import {
  createStreamClient,
  keepstream,
  type SnapshotSubscription,
  SourceError,
  type SubscriptionSink,
} from '@keepstream/core'
import { shareTabs, type TabsEnvironment } from '@keepstream/core/tabs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { setupTabs } from '../support/tab-rig'

const forbidden = new DOMException('in a test', 'SecurityError')
class Forbidden {
  constructor() {
    throw forbidden
  }
}

const textOf = ({ text }: { text: string }) => text

describe('a shared source', () => {
  it('that is polled is polled by one tab, as often as by a tab alone', async () => {
    const { openTabs, pass } = setupTabs()
    let reads = 0
    let text = ''
    const snapshot = async () => {
      reads++
      return { offset: 0, text, status: 'streaming' as const }
    }
    const tabs = openTabs(6, { sources: { snapshot } })
    await pass(60_000)
    const before = reads
    await pass(60_000)
    expect(reads - before).toBeLessThan(25)
    expect(reads - before).toBeGreaterThan(10)
    text = 'found at the next poll'
    await pass(5100)
    expect(tabs.map(textOf)).toEqual(Array(6).fill('found at the next poll'))
  })

  it('that is polled is polled again at once while there is more', async () => {
    const { openTabs, pass } = setupTabs()
    const whole = 'x'.repeat(50)
    const tabs = openTabs(2, {
      sources: {
        snapshot: async ({ offset }) => ({
          offset,
          text: whole.slice(offset, offset + 10),
          status: offset < 40 ? 'streaming' : 'done',
          upToDate: offset >= 40,
        }),
      },
    })
    await pass(60)
    expect(tabs.map(textOf)).toEqual([whole, whole])
  })

  it('that says at once that all is over leaves nothing behind', async () => {
    const { openTabs, browser, pass } = setupTabs()
    const snapshot: SnapshotSubscription = {
      subscribe(_, sink) {
        sink.next({ offset: 0, text: 'over', status: 'done' })
        return () => {}
      },
    }
    const tabs = openTabs(3, { sources: { snapshot } })
    await pass(1000)
    expect(tabs.map(({ stream }) => stream.$state.get().status)).toEqual(Array(3).fill('done'))
    expect([browser.held, browser.queued, [...browser.channels]]).toEqual([[], [], []])
    expect(tabs.map(({ leftovers }) => leftovers)).toEqual([0, 0, 0])
  })

  it('that is subscribed to is subscribed to by one tab, and by another one after a failure', async () => {
    const { openTabs, pass } = setupTabs()
    const sinks = new Set<SubscriptionSink>()
    const snapshot: SnapshotSubscription = {
      subscribe(_, sink) {
        sinks.add(sink)
        sink.next({ offset: 0, text: 'now', status: 'streaming' })
        return () => sinks.delete(sink)
      },
    }
    const tabs = openTabs(3, { sources: { snapshot } })
    await pass(100)
    expect(tabs.map(textOf)).toEqual(['now', 'now', 'now'])
    expect(sinks.size).toBe(1)
    const [first] = sinks
    first?.fail(new SourceError('network', 'in a test'))
    await pass(2000)
    expect(sinks.size).toBe(1)
    const [second] = sinks
    expect(second).not.toBe(first)
    second?.next({ offset: 0, text: 'now and then', status: 'done', finishReason: 'length' })
    await pass(100)
    expect(tabs.map(textOf)).toEqual(Array(3).fill('now and then'))
    expect(tabs.map(({ stream }) => stream.$state.get().finishReason)).toEqual(Array(3).fill('length'))
    expect(sinks.size).toBe(0)
  })
})

describe('where tabs cannot share', () => {
  const sources = keepstream({ url: '/streams' })
  const environment = { ...globalThis, BroadcastChannel, navigator: { locks: { request: async () => {} } } }

  it.each([
    ['locks', { ...environment, navigator: {} }],
    ['a navigator', { ...environment, navigator: undefined }],
    ['channels', { ...environment, BroadcastChannel: undefined }],
  ])('for want of %s, the sources stay as they are', (_, environment) => {
    expect(shareTabs(sources, { name: 'a user', environment })).toBe(sources)
  })

  it.each<[string, Partial<TabsEnvironment>]>([
    ['channels', { BroadcastChannel: Forbidden as never }],
    ['locks', { navigator: { locks: { request: async () => Promise.reject(forbidden) } } }],
  ])('because %s are forbidden, each tab reads by itself', async (_, instead) => {
    const { openTabs, store, pass } = setupTabs()
    const tabs = openTabs(2, { instead })
    await pass(100)
    store.append('text')
    await pass(100)
    expect(tabs.map(textOf)).toEqual(['text', 'text'])
    expect(store.open).toHaveLength(2)
    for (const tab of tabs) tab.detach()
    await pass(1100)
    expect(store.open).toHaveLength(0)
  })

  it('if locks never respond, a tab reads by itself after a while', async () => {
    const { openTab, store, pass } = setupTabs()
    const tab = openTab({ instead: { navigator: { locks: { request: () => new Promise<never>(() => {}) } } } })
    store.append('text')
    await pass(3100)
    expect(tab.text).toBe('text')
  })
})

describe('shareTabs', () => {
  it('needs `name`', () => {
    const sources = keepstream({ url: '/streams' })
    expect(() => shareTabs(sources, { name: '' })).toThrow(/shareTabs needs `name`/)
    // @ts-expect-error: whose texts these are is said in words
    expect(() => shareTabs(sources, {})).toThrow(expect.objectContaining({ code: 'invalid-option' }))
    expect(() => shareTabs(sources, { name: 'me', poll: { minMs: 0, maxMs: 1 } })).toThrow(/`poll` needs/)
  })

  it('gives what a client takes, with what else the sources have', () => {
    const shared = shareTabs(keepstream({ url: '/streams' }), { name: 'me' })
    expectTypeOf(createStreamClient).toBeCallableWith(shared)
    expectTypeOf(shared.stop).toBeFunction()
    expect(Object.keys(shared).sort()).toEqual(['live', 'snapshot', 'stop'])
  })
})

describe('once a tab has left', () => {
  it.each(['leader', 'follower'])(
    'nothing of a %s is left: no lock, channel, connection, timer or listener',
    async (who) => {
      const { openTabs, leader, tabs, browser, store, pass } = setupTabs()
      openTabs(3)
      store.append('text')
      await pass(100)
      const first = leader()
      const tab = who === 'leader' ? first : tabs.find((one) => one !== first)
      if (!tab) throw new Error('no such tab')
      const isHere = (one: { tab: unknown }) => one.tab === tab
      const all = () => [...browser.held, ...browser.queued, ...browser.channels, ...store.open].filter(isHere).length
      expect(all()).toBeGreaterThan(1)
      expect(tab.leftovers).toBeGreaterThan(0)
      tab.detach()
      tab.detach()
      await pass(1100)
      expect(all()).toBe(0)
      expect(tab.leftovers).toBe(0)
    },
  )

  it('a reader that attaches and detaches in the same tick sends no request', async () => {
    const { openTab, browser, store, pass } = setupTabs()
    openTab().detach()
    await pass(2000)
    expect([browser.held, browser.queued, [...browser.channels], store.offsets]).toEqual([[], [], [], []])
  })
})
