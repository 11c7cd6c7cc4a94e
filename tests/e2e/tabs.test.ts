import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { itInLongRun } from '../support/is-long-run'
import { type LaunchedBrowser, launchBrowser } from '../support/life/launch-browser'
import { startTabsServer, type TabsServer } from '../support/tabs-server'

const chromiumPath = findChromium()

interface ShownTab {
  readonly text: string
  readonly status: string
  readonly connection: string
  readonly violations: readonly string[]
}

describe.skipIf(chromiumPath === undefined)('tabs of one browser', () => {
  let browser: LaunchedBrowser
  let server: TabsServer
  let tabs: Map<string, Page>

  beforeEach(async () => {
    browser = await launchBrowser(chromiumPath ?? '')
    server = await startTabsServer()
    tabs = new Map()
  })
  afterEach(async () => {
    await browser.close()
    await server.close()
  })

  async function openTabs(count: number) {
    for (let index = 0; index < count; index++) {
      const name = `tab ${index}`
      const page = await browser.context.newPage()
      tabs.set(name, page)
      await page.goto(server.pageUrl(name))
      await until(async () => (await shown(page)).connection === 'live', `${name} is live`)
    }
  }

  /** The one whose connection is open, once it is the only one. */
  async function leader(): Promise<[string, Page]> {
    await until(() => server.open.length === 1, 'one connection')
    const [name = ''] = server.open
    const page = tabs.get(name)
    if (!page) throw new Error(`${name} reads, and is gone`)
    return [name, page]
  }

  async function untilShown(pages: Iterable<Page>, what: string) {
    for (const page of pages) await until(async () => (await shown(page)).text === server.text, what)
  }

  it('share one connection, and read on when the one that reads is closed, crashed, frozen or hung', async () => {
    await openTabs(8)
    server.append('Eight tabs follow. ')
    await untilShown(tabs.values(), 'all eight')
    const [closed, closedPage] = await leader()
    expect(server.connections).toEqual([{ tab: closed, offset: 0 }])

    tabs.delete(closed)
    await closedPage.close()
    server.append('One was closed. ')
    await untilShown(tabs.values(), 'the seven others')

    const [crashed, crashedPage] = await leader()
    tabs.delete(crashed)
    await crash(crashedPage)
    server.append('One crashed. ')
    await untilShown(tabs.values(), 'the six others')

    const [frozen, frozenPage] = await leader()
    tabs.delete(frozen)
    const devtools = await browser.context.newCDPSession(frozenPage)
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
    server.append('One froze. ')
    await untilShown(tabs.values(), 'the five others')
    expect((await leader())[0]).not.toBe(frozen)
    await devtools.send('Page.setWebLifecycleState', { state: 'active' })
    tabs.set(frozen, frozenPage)
    await untilShown(tabs.values(), 'all six')

    const [hung, hungPage] = await leader()
    tabs.delete(hung)
    // In a timer, so that it hangs before the text is on its way.
    await hungPage.evaluate(() => {
      setTimeout(() => {
        const end = Date.now() + 10_000
        while (Date.now() < end);
      })
    })
    server.append('One hung, ')
    const hungAt = Date.now()
    await untilShown(tabs.values(), 'all but the hung one')
    expect(Date.now() - hungAt, 'the time it took to take over').toBeLessThan(8000)
    await hungPage.evaluate(() => 'it responds again')
    tabs.set(hung, hungPage)
    server.append('and came back.')
    await untilShown(tabs.values(), 'all six again')
    const [last] = await leader()
    expect(last).not.toBe(hung)

    server.finish()
    for (const page of tabs.values()) await until(async () => (await shown(page)).status === 'done', 'done')
    for (const page of tabs.values()) {
      expect(await shown(page)).toEqual({ text: server.text, status: 'done', connection: 'closed', violations: [] })
    }
    await until(() => server.open.length === 0, 'no connection')
    // One at first and one for each that was lost; the one that was frozen had to read what it missed, and two may have
    // taken over at once from the one that hung.
    const offsets = server.connections.map(({ offset }) => offset)
    expect([...new Set(offsets)]).toEqual([0, 19, 35, 48, 59])
    expect(offsets.length).toBeLessThanOrEqual(7)
  })

  itInLongRun('let a page be kept for the way back, and it reads with the others when it is there again', async () => {
    await openTabs(3)
    server.append('Three tabs follow. ')
    await untilShown(tabs.values(), 'all three')
    const [name, page] = await leader()
    tabs.delete(name)
    await page.goto(server.elsewhereUrl)
    server.append('One is away. ')
    await untilShown(tabs.values(), 'the two others')
    expect((await leader())[0]).not.toBe(name)
    await page.evaluate(() => history.back())
    tabs.set(name, page)
    server.append('It is back.')
    await untilShown(tabs.values(), 'all three again')
    expect(await page.evaluate(() => (globalThis as unknown as { tab: { restored: number } }).tab.restored)).toBe(1)
    expect((await leader())[0]).not.toBe(name)
  })

  it('may all be stopped from one that only listens', async () => {
    await openTabs(3)
    server.append('to be stopped')
    await untilShown(tabs.values(), 'all three')
    const [name] = await leader()
    const [, listener] = [...tabs].find(([one]) => one !== name) ?? []
    await listener?.evaluate(() =>
      (globalThis as unknown as { tab: { stream: { stop(): Promise<void> } } }).tab.stream.stop(),
    )
    for (const page of tabs.values()) {
      await until(async () => (await shown(page)).status === 'stopped', 'stopped')
      expect(await shown(page)).toMatchObject({ text: 'to be stopped', connection: 'closed', violations: [] })
    }
  })
})

function shown(page: Page): Promise<ShownTab> {
  return page.evaluate(() => {
    const { tab } = globalThis as unknown as { tab?: { state: ShownTab; violations: string[] } }
    const { text = '', status = '', connection = '' } = tab?.state ?? {}
    return { text, status, connection, violations: tab?.violations ?? [] }
  })
}

async function crash(page: Page) {
  const crashed = new Promise((resolve) => page.once('crash', resolve))
  const devtools = await page.context().newCDPSession(page)
  // The answer never comes: who would give it is gone.
  devtools.send('Page.crash').catch(() => {})
  await crashed
}

async function until(condition: () => boolean | Promise<boolean>, what: string) {
  const deadline = Date.now() + 30_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
