import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { expectWhole } from '../support/expect-whole'
import {
  type FrameworkName,
  launchChromium,
  openPlayground,
  type PaneName,
  type PlaygroundPage,
} from '../support/playground-page'
import { type ServerProcess, startServer } from '../support/server-process'

const chromiumPath = findChromium()
const question = 'What is the difference between a driver and a follower?'
const frameworks = ['React', 'Vue', 'Svelte', 'Solid'] as const
const panes = ['Driver', 'Follower'] as const
const path = (driver: FrameworkName, follower: FrameworkName) =>
  `/?driver=${driver.toLowerCase()}&follower=${follower.toLowerCase()}`

let browser: Browser
let folder: string
let server: ServerProcess

function start(speed: string) {
  const env = { DATA_DIR: folder, ANSWER_SPEED: speed, HOST: '127.0.0.1' }
  return startServer('playground/dist/server.js', env, { readyPath: '/api/chats' })
}

describe.skipIf(chromiumPath === undefined)('the playground’s panes', () => {
  beforeAll(async () => {
    browser = await launchChromium(chromiumPath ?? '')
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
    server = await start('3')
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  })

  const pairs = [...frameworks.map((name) => [name, name] as const), ['Vue', 'Solid'] as const]
  it.each(pairs)('driven by %s and followed by %s grow, and are whole at the end', async (driver, follower) => {
    const shown = await openPlayground(browser, server.url + path(driver, follower))
    await shown.ask(question)
    for (const pane of panes) {
      const early = await shown.until(pane, ({ characters }) => characters > 0)
      expect(early.status).toBe('streaming')
      await shown.until(pane, ({ characters }) => characters > early.characters)
    }
    expect(await shown.framework('Driver')).toBe(driver.toLowerCase())
    expect(await shown.framework('Follower')).toBe(follower.toLowerCase())
    await expectWhole(server.url, shown, 'done')
    await shown.ask('When should I not use it?')
    await shown.until('Driver', ({ status }) => status === 'streaming')
    await shown.page.locator('#driver').getByRole('button', { name: 'Stop' }).click()
    await expectWhole(server.url, shown, 'stopped')
    expect(await shown.problems()).toEqual([])
  })

  it('have the same markup in every framework', async () => {
    const shown = await openPlayground(browser, server.url)
    const empty = await readInEach(shown, 'Driver')
    const emptyFollower = await readInEach(shown, 'Follower')
    await shown.ask(question)
    await expectWhole(server.url, shown, 'done')
    const finished = await readInEach(shown, 'Driver')
    const finishedFollower = await readInEach(shown, 'Follower')
    const lone = await openPlayground(browser, `${shown.page.url()}&view=follower`)
    await lone.until('Follower', ({ status }) => status === 'done')
    const finishedLone = await readInEach(lone, 'Follower')

    for (const found of [empty, emptyFollower, finished, finishedFollower, finishedLone]) {
      expect(found['React'].length).toBeGreaterThan(200)
      for (const framework of frameworks) expect(found[framework], framework).toBe(found['React'])
    }
    expect([...(await shown.problems()), ...(await lone.problems())]).toEqual([])
  })

  it('change hands in mid-answer without a character less on the screen', async () => {
    await server.kill()
    server = await start('0.7')
    const shown = await openPlayground(browser, server.url)
    await shown.ask(question)
    for (const framework of ['Vue', 'Svelte', 'Solid', 'React', 'Solid'] as const) {
      for (const pane of panes) {
        const before = await shown.until(pane, ({ characters, status }) => characters > 20 && status === 'streaming')
        await shown.choose(pane, framework)
        const after = await shown.read(pane)
        expect(after.characters).toBeGreaterThanOrEqual(before.characters)
      }
    }
    expect((await shown.read('Driver')).status).toBe('streaming')
    await expectWhole(server.url, shown, 'done')
    expect(await shown.problems()).toEqual([])
  })

  it('keep the reader’s place and the question that is being typed when they change hands', async () => {
    const shown = await openPlayground(browser, server.url)
    await shown.ask(question)
    await expectWhole(server.url, shown, 'done')
    const field = shown.page.getByLabel('Your question')
    const scroller = shown.page.getByRole('region', { name: 'Driver', exact: true }).getByRole('region')
    await field.fill('Half a quest')
    await shown.page.setViewportSize({ width: 1280, height: 480 })
    await scroller.evaluate((element) => element.scrollTo({ top: 100 }))
    const latest = shown.page.getByRole('button', { name: 'Latest' })
    await latest.waitFor()
    for (const framework of ['Vue', 'Svelte', 'Solid', 'React'] as const) {
      await shown.choose('Driver', framework)
      await latest.waitFor()
      expect(await scroller.evaluate((element) => element.scrollTop), framework).toBe(100)
      expect(await field.inputValue(), framework).toBe('Half a quest')
    }
    await latest.click()
    await latest.waitFor({ state: 'detached' })
    expect(await shown.problems()).toEqual([])
  })

  it('are rendered by whom the address says, wherever in it a person goes', async () => {
    const shown = await openPlayground(browser, `${server.url}/?driver=vue&follower=nobody`)
    const { page } = shown
    const search = () => new URL(page.url()).search
    await shown.ask(question)
    await expectWhole(server.url, shown, 'done')
    expect([await shown.framework('Driver'), await shown.framework('Follower')]).toEqual(['vue', 'react'])
    expect(search()).toBe('?driver=vue')

    await shown.choose('Follower', 'Solid')
    expect(search()).toBe('?driver=vue&follower=solid')
    await page.getByRole('link', { name: 'New conversation' }).click()
    expect([new URL(page.url()).pathname, search()]).toEqual(['/', '?driver=vue&follower=solid'])
    await page.getByRole('link', { name: question }).click()
    await shown.until('Driver', ({ status }) => status === 'done')
    await page.reload()
    await shown.until('Driver', ({ status }) => status === 'done')
    expect([await shown.framework('Driver'), await shown.framework('Follower')]).toEqual(['vue', 'solid'])

    const other = await page.getByRole('link', { name: 'Open as a follower' }).getAttribute('href')
    const lone = await openPlayground(browser, server.url + other)
    await lone.until('Follower', ({ status }) => status === 'done')
    expect(await lone.framework('Follower')).toBe('solid')
    expect([...(await shown.problems()), ...(await lone.problems())]).toEqual([])
  })

  it('are chosen by keyboard too', async () => {
    const shown = await openPlayground(browser, server.url)
    const chosen = (name: string) => shown.page.getByRole('group', { name: 'Driver: rendered by' }).getByLabel(name)
    await chosen('React').focus()
    await shown.page.keyboard.press('ArrowRight')
    await shown.page.locator('#driver [data-framework="vue"]').waitFor()
    expect(await chosen('Vue').isChecked()).toBe(true)
    expect(await chosen('Vue').evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('download a framework only when it is chosen, and keep what they show while its code cannot be loaded', async () => {
    const shown = await openPlayground(browser, server.url, { isNetworkFaulty: true })
    const { page } = shown
    await shown.ask(question)
    await shown.until('Driver', ({ characters }) => characters > 50)
    const loaded = await scripts(page)
    const isNew = (url: URL) => url.pathname.endsWith('.js') && !loaded.includes(url.href)
    await page.route(isNew, (route) => route.abort())
    await page.locator('#driver').getByText('Svelte', { exact: true }).click()
    await page.getByRole('alert').getByText('The code for Svelte could not be loaded').waitFor()
    expect(await scripts(page)).toEqual(loaded)
    expect(await shown.framework('Driver')).toBe('react')
    const { characters } = await shown.read('Driver')
    await shown.until('Driver', (answer) => answer.characters > characters || answer.status === 'done')

    await page.unroute(isNew)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('#driver [data-framework="svelte"]').waitFor()
    expect((await scripts(page)).length).toBeGreaterThan(loaded.length)
    expect(await page.getByRole('alert').count()).toBe(0)
    await expectWhole(server.url, shown, 'done')
    expect((await shown.problems()).filter((problem) => !problem.includes('dynamically imported module'))).toEqual([])
  })
})

/** What a pane shows, by who renders it: without comments, and with attributes and space between elements made even. */
async function readInEach(shown: PlaygroundPage, pane: PaneName): Promise<Record<FrameworkName, string>> {
  const found: [FrameworkName, string][] = []
  for (const framework of frameworks) {
    await shown.choose(pane, framework)
    const view = shown.page.getByRole('region', { name: pane, exact: true }).locator('.pane-view')
    found.push([framework, await view.evaluate(serialize)])
  }
  return Object.fromEntries(found) as Record<FrameworkName, string>
}

/** Runs in the page. Where a link leads, who renders what is left out: it differs on purpose. */
function serialize(view: Element): string {
  const write = (node: Node): string => {
    if (node instanceof Text) return node.data.replace(/\s+/g, ' ')
    if (!(node instanceof Element)) return ''
    const attributes = [...node.attributes].map(({ name, value }) => ` ${name}="${value}"`).sort()
    return `<${node.localName}${attributes.join('')}>${[...node.childNodes].map(write).join('')}</${node.localName}>`
  }
  const html = [...view.childNodes].map(write).join('')
  return html.replace(/(href="\/c\/[\w-]+)[^"]*/g, '$1').replace(/\s*(<[^>]*>)\s*/g, '\n$1\n')
}

function scripts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry.name.endsWith('.js') && (entry as PerformanceResourceTiming).responseStatus === 200)
      .map((entry) => entry.name),
  )
}
