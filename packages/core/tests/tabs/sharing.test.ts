import { describe, expect, it } from 'vitest'
import { setupTabs } from '../support/tab-rig'

const textOf = ({ text }: { text: string }) => text

describe('tabs that follow one stream', () => {
  it('share one connection, and all show what it reads', async () => {
    const { openTabs, store, pass } = setupTabs()
    const tabs = openTabs(8)
    await pass(100)
    store.append('one ')
    await pass(100)
    store.append('text')
    store.close()
    await pass(100)
    expect(tabs.map(textOf)).toEqual(Array(8).fill('one text'))
    expect(tabs.map(({ stream }) => stream.$state.get().status)).toEqual(Array(8).fill('done'))
    expect(store.offsets).toEqual([0])
  })

  it('have one connection while the text is quiet, and one of them asks for all whether a leader is there', async () => {
    const { openTabs, browser, store, pass } = setupTabs()
    const tabs = openTabs(6)
    store.append('thinking')
    await pass(1000)
    let asked = 0
    browser.dropNext(({ type }) => {
      if (type === 'ask') asked++
      return false
    })
    await pass(5 * 60_000)
    expect(store.offsets).toEqual([0])
    expect(store.open).toHaveLength(1)
    expect(tabs.map(({ stream }) => stream.$state.get().connection)).toEqual(Array(6).fill('live'))
    expect(tabs.map(({ attempts }) => attempts)).toEqual(Array(6).fill(1))
    expect(asked).toBeGreaterThan(100)
    expect(asked).toBeLessThan(160)
  })

  it('let a tab that comes late read what it missed, over a connection that ends then', async () => {
    const { openTab, store, pass } = setupTabs()
    openTab()
    store.append('what was before')
    await pass(100)
    const late = openTab()
    await pass(100)
    expect(late.text).toBe('what was before')
    expect(late.stream.$state.get()).toMatchObject({ isCaughtUp: true, connection: 'live' })
    expect(store.offsets).toEqual([0, 0])
    expect(store.open).toHaveLength(1)
    store.append(', and after')
    await pass(100)
    expect(late.text).toBe('what was before, and after')
    expect(store.offsets).toHaveLength(2)
  })

  it("keep the leader's text while a late tab is still reading", async () => {
    const { openTab, store, pass } = setupTabs()
    openTab()
    store.append('a')
    await pass(100)
    const late = openTab({ sources: { snapshot: { open: slowly } } })
    await pass(10)
    for (const letter of 'bcd') {
      store.append(letter)
      await pass(10)
    }
    expect(late.text).toBe('')
    await pass(200)
    expect(late.text).toBe('abcd')
    expect(late.texts).toEqual(['a', 'abcd'])

    /** Its own connection brings one old character late, and nothing more. */
    async function slowly(
      _: unknown,
      sink: { next(snapshot: { offset: number; text: string; status: 'streaming' }): void },
    ) {
      await new Promise<void>((resolve) => late.environment.setTimeout(resolve, 100))
      sink.next({ offset: 0, text: 'a', status: 'streaming' })
      await new Promise(() => {})
    }
  })

  it('go on from a roll-over without reading anything again', async () => {
    const { openTabs, store, pass } = setupTabs()
    const tabs = openTabs(3)
    store.append('before ')
    await pass(100)
    store.cut()
    await pass(2000)
    store.append('after')
    await pass(100)
    expect(tabs.map(textOf)).toEqual(Array(3).fill('before after'))
    expect(store.offsets).toEqual([0, 7])
    expect(store.open).toHaveLength(1)
  })

  it('share nothing with tabs of another name, another stream, or without sharing', async () => {
    const { openTab, store, pass } = setupTabs()
    const tabs = [openTab(), openTab({ name: 'another user' }), openTab({ id: 'another' })]
    await pass(100)
    store.append('text')
    await pass(100)
    expect(store.open).toHaveLength(3)
    expect(tabs.map(textOf)).toEqual(['text', 'text', 'text'])
  })

  it('follow the store while one of them drives and is ahead of it, and its text never gets shorter', async () => {
    const { openTab, store, pass } = setupTabs()
    const driver = openTab({
      driven: true,
      sources: {
        live: {
          open: async (_request, sink) => {
            sink.chunk({ offset: 0, text: 'ahead of the store', origin: { epoch: 1, base: 0 } })
            await new Promise<void>((resolve) => driver.environment.setTimeout(resolve, 1000))
          },
        },
      },
    })
    const follower = openTab()
    store.append('ahead of')
    await pass(500)
    expect([driver, follower].map(textOf)).toEqual(['ahead of the store', 'ahead of'])
    await pass(2000) // the drive was cut: it follows now, and is ahead of the leader
    expect([driver, follower].map(textOf)).toEqual(['ahead of the store', 'ahead of'])
    expect(store.open).toHaveLength(1)
    store.append(' the store, and on')
    store.close()
    await pass(500)
    expect([driver, follower].map(textOf)).toEqual(Array(2).fill('ahead of the store, and on'))
    expect(driver.texts).toEqual(['ahead of the store', 'ahead of the store, and on'])
  })
})
