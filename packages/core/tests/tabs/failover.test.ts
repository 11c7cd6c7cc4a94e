import { SourceError } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { type OpenedTab, setupTabs } from '../support/tab-rig'

const textOf = ({ text }: { text: string }) => text

/** Four tabs that show the same text, which is still being written. */
async function setupFour() {
  const rig = setupTabs()
  const tabs = rig.openTabs(4)
  rig.store.append('some text ')
  await rig.pass(100)
  expect(tabs.map(textOf)).toEqual(Array(4).fill('some text '))
  return { ...rig, tabs, others: (gone: OpenedTab) => tabs.filter((tab) => tab !== gone) }
}

describe('when the tab that reads', () => {
  it('closes or crashes, another one reads on from its own offset, at once', async () => {
    const { leader, others, store, pass } = await setupFour()
    const first = leader()
    first.die()
    await pass(100)
    store.append('and more')
    await pass(100)
    expect(others(first).map(textOf)).toEqual(Array(3).fill('some text and more'))
    expect(store.offsets).toEqual([0, 10])
    expect(store.open).toHaveLength(1)
  })

  it('leaves while it stays open, another one reads on', async () => {
    const { leader, others, store, pass } = await setupFour()
    const first = leader()
    first.detach()
    await pass(2000)
    store.append('and more')
    await pass(100)
    expect(others(first).map(textOf)).toEqual(Array(3).fill('some text and more'))
    expect(store.offsets).toEqual([0, 10])
  })

  it('falls silent without a word, one other takes over within 6 s, and it follows when it runs again', async () => {
    const { leader, others, store, pass } = await setupFour()
    const first = leader()
    first.freeze()
    store.append('and ')
    await pass(6100)
    expect(others(first).map(textOf)).toEqual(Array(3).fill('some text and '))
    expect(leader()).not.toBe(first)
    // Its own connection is still open, as far as the server knows.
    expect(store.open).toHaveLength(2)
    first.thaw()
    await pass(100)
    expect(store.open).toHaveLength(1)
    expect(leader()).not.toBe(first)
    store.append('more')
    await pass(100)
    expect([first, ...others(first)].map(textOf)).toEqual(Array(4).fill('some text and more'))
    // It waits in line again, and reads on at once when it is the last one.
    for (const tab of others(first)) tab.die()
    await pass(100)
    expect(leader()).toBe(first)
    store.append(' of it')
    await pass(100)
    expect(first.text).toBe('some text and more of it')
  })

  it('falls silent, tabs that keep arriving do not put off that one takes over', async () => {
    const { leader, openTab, store, pass } = await setupFour()
    const first = leader()
    first.freeze()
    store.append('and more')
    for (let second = 0; second < 6; second++) {
      openTab()
      await pass(1000)
    }
    await pass(100)
    expect(leader()).not.toBe(first)
  })

  it('gets `freeze`, another one reads on at once', async () => {
    const { leader, others, browser, store, pass } = await setupFour()
    const first = leader()
    first.tell('freeze')
    first.freeze()
    await pass(100)
    expect([...browser.channels].some(({ tab }) => tab === first)).toBe(false)
    store.append('and more')
    await pass(100)
    expect(others(first).map(textOf)).toEqual(Array(3).fill('some text and more'))
    first.thaw()
    first.tell('resume')
    await pass(300)
    expect(first.text).toBe('some text and more')
    expect(store.open).toHaveLength(1)
  })

  it('goes into the back/forward cache, it holds nothing there, and reads with the others when it is back', async () => {
    const { leader, browser, store, pass } = await setupFour()
    const first = leader()
    first.tell('pagehide', { persisted: true })
    const isHere = ({ tab }: { tab: unknown }) => tab === first
    expect([...browser.channels, ...store.open].some(isHere)).toBe(false)
    await pass(0)
    expect([...browser.held, ...browser.queued].some(isHere)).toBe(false)
    first.freeze()
    await pass(60_000)
    store.append('and more')
    await pass(100)
    first.thaw()
    first.tell('pageshow', { persisted: true })
    await pass(300)
    expect(first.text).toBe('some text and more')
    expect(store.open).toHaveLength(1)
  })

  it('lost the lock and runs again with old messages, no tab shows anything twice or gets shorter', async () => {
    const { leader, tabs, store, pass } = await setupFour()
    const first = leader()
    first.freeze()
    for (let part = 0; part < 20; part++) {
      store.append(`part ${part}, `)
      await pass(400)
    }
    first.thaw()
    await pass(50)
    store.close()
    await pass(100)
    for (const { texts } of tabs) {
      expect(texts.at(-1)).toBe(store.text)
      expect(texts.every((text, index) => text.startsWith(texts[index - 1] ?? ''))).toBe(true)
    }
  })

  it('is refused, only that tab says so, and a tab with another token reads', async () => {
    const { openTab, store, pass } = setupTabs()
    const refused = openTab({ refuse: () => new SourceError('unauthorized', 'in a test') })
    await pass(0)
    const other = openTab()
    await pass(100)
    store.append('text')
    await pass(100)
    expect(refused.stream.$state.get()).toMatchObject({
      text: '',
      connection: 'failed',
      error: { code: 'unauthorized' },
    })
    expect(other.stream.$state.get()).toMatchObject({ text: 'text', connection: 'live', retrying: undefined })
  })

  it('cannot reach the server, the others try for themselves and all get over it', async () => {
    const { openTab, store, pass } = setupTabs()
    let isDown = true
    const refuse = () => isDown && new SourceError('network', 'in a test')
    const tabs = [openTab({ refuse }), openTab({ refuse }), openTab({ refuse })]
    store.append('text')
    await pass(10_000)
    expect(tabs.map(({ stream }) => stream.$state.get().retrying?.error.code)).toEqual(Array(3).fill('network'))
    isDown = false
    await pass(10_000)
    expect(tabs.map(textOf)).toEqual(Array(3).fill('text'))
    expect(tabs.map(({ stream }) => stream.$state.get().retrying)).toEqual(Array(3).fill(undefined))
    expect(store.open).toHaveLength(1)
  })

  it('is only waiting for a thinking model, no tab takes over', async () => {
    const { openTabs, leader, pass } = setupTabs()
    const silent = { open: () => new Promise<never>(() => {}) }
    openTabs(3, { sources: { snapshot: silent } })
    await pass(10)
    const first = leader()
    await pass(10 * 60_000)
    expect(leader()).toBe(first)
  })
})
