import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { type EndlessEndpoint, startEndlessEndpoint } from '../support/endless-endpoint'
import { expectWhole } from '../support/expect-whole'
import { casesInLongRun } from '../support/is-long-run'
import { type FrameworkName, frameworkNames, type PaneName, type PlaygroundPage } from '../support/playground-page'
import { serializeView } from '../support/serialize-view'
import { withPlayground } from '../support/with-playground'

const chromiumPath = findChromium()
const question = 'How does the merge rule work?'
const panes = ['Driver', 'Follower'] as const

describe.skipIf(chromiumPath === undefined)('the playground’s panes', () => {
  let endpoint: EndlessEndpoint
  beforeAll(async () => {
    endpoint = await startEndlessEndpoint()
  })
  afterAll(() => endpoint.close())
  const { url, open } = withPlayground({ env: () => endpoint.env })

  const mixed = [['React', 'Svelte'] as const, ['Vue', 'Solid'] as const]
  const pairs = [...mixed, ...casesInLongRun(frameworkNames.map((name) => [name, name] as const))]
  it.each(pairs)('driven by %s and followed by %s grow, and are whole at the end', async (driver, follower) => {
    const shown = await open(`/?driver=${driver.toLowerCase()}&follower=${follower.toLowerCase()}`)
    await shown.ask(question)
    for (const pane of panes) {
      const early = await shown.until(pane, ({ characters }) => characters > 0)
      expect(early.status).toBe('streaming')
      await shown.until(pane, ({ characters }) => characters > early.characters)
    }
    expect(await shown.framework('Driver')).toBe(driver.toLowerCase())
    expect(await shown.framework('Follower')).toBe(follower.toLowerCase())
    // Until each kind of markdown has grown in it.
    await shown.until('Driver', ({ html }) => html.includes('</table>'))
    endpoint.finish()
    await expectWhole(url(), shown, 'done')

    await shown.ask('When should I not use it?')
    await shown.until('Driver', ({ status, characters }) => status === 'streaming' && characters > 0)
    await shown.page.locator('#driver').getByRole('button', { name: 'Stop' }).click()
    await expectWhole(url(), shown, 'stopped')
    for (const pane of panes) await expect.poll(() => shown.toEnd(pane)).toBeLessThan(2)
    expect(await shown.problems()).toEqual([])
  })

  it.each(casesInLongRun(frameworkNames))(
    'by %s leave what is settled in its place while the rest grows',
    async (name) => {
      const shown = await open(`/?driver=${name.toLowerCase()}`)
      await shown.ask(question)
      await shown.until('Driver', ({ html }) => html.split('class="block"').length > 2)
      const settled = await shown.page.locator('#driver .block > *').first().elementHandle()
      await settled?.evaluate((element) => getSelection()?.selectAllChildren(element))
      const selected = await shown.page.evaluate(() => String(getSelection()))
      expect((await shown.read('Driver')).status).toBe('streaming')
      expect(selected).toContain('Line 1')
      endpoint.finish()
      await expectWhole(url(), shown, 'done')
      expect(await settled?.evaluate((element) => element.isConnected)).toBe(true)
      expect(await shown.page.evaluate(() => String(getSelection()))).toBe(selected)
    },
  )
})

describe.skipIf(chromiumPath === undefined)('the playground’s panes', () => {
  const { url, open } = withPlayground({ answerSpeed: 1_000 })

  it.each(casesInLongRun(frameworkNames))('by %s begin an answer that has not begun', async (name) => {
    const asked = await fetch(`${url()}/api/chats`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ prompt: question }),
    })
    const { chatId } = (await asked.json()) as { chatId: string }
    const shown = await open(`/c/${chatId}?driver=${name.toLowerCase()}&follower=${name.toLowerCase()}`)
    const begin = shown.page.getByRole('button', { name: 'Begin the answer' })
    await begin.waitFor()
    for (const pane of panes) expect((await shown.read(pane)).status).toBe('pending')
    expect(await shown.page.locator('#driver').getByText('Not begun yet').count()).toBe(1)
    expect(await shown.page.locator('#follower').getByText('Thinking').count()).toBe(1)
    await begin.click()
    await expectWhole(url(), shown, 'done')
    expect(await begin.count()).toBe(0)
    expect(await shown.problems()).toEqual([])
  })

  it.each(casesInLongRun(frameworkNames))('by %s say what went wrong, and go on when asked to', async (name) => {
    const shown = await open(`/?driver=${name.toLowerCase()}`, { isNetworkFaulty: true })
    const { page } = shown
    const driver = page.locator('#driver')
    await page.route('**/api/chats', (route) => route.abort())
    await shown.ask(question)
    await driver.getByRole('alert').getByText('The server cannot be reached.').waitFor()
    expect(await page.getByLabel('Your question').inputValue()).toBe(question)

    await page.unroute('**/api/chats')
    await page.route('**/api/streams/**', (route) => route.abort())
    await page.keyboard.press('Enter')
    await driver.getByText('The connection is lost.').waitFor()
    expect(await driver.getByRole('alert').count()).toBe(0)
    expect(await page.getByLabel('Your question').inputValue()).toBe('')

    await page.unroute('**/api/streams/**')
    await driver.getByRole('button', { name: 'Try again' }).click()
    await expectWhole(url(), shown, 'done')
    expect(await driver.getByText('The connection is lost.').count()).toBe(0)
    expect(await shown.problems()).toEqual([])
  })

  it('have the same markup in every framework', async () => {
    const shown = await open('/')
    const empty = await readInEach(shown, 'Driver')
    const emptyFollower = await readInEach(shown, 'Follower')
    await shown.ask(question)
    await expectWhole(url(), shown, 'done')
    const finished = await readInEach(shown, 'Driver')
    const finishedFollower = await readInEach(shown, 'Follower')
    const lone = await open(`${new URL(shown.page.url()).pathname}?view=follower`)
    await lone.until('Follower', ({ status }) => status === 'done')
    const finishedLone = await readInEach(lone, 'Follower')

    for (const found of [empty, emptyFollower, finished, finishedFollower, finishedLone]) {
      expect(found['React'].length).toBeGreaterThan(200)
      for (const name of frameworkNames) expect(found[name], name).toBe(found['React'])
    }
    expect([...(await shown.problems()), ...(await lone.problems())]).toEqual([])
  })
})

/** What a pane shows, by who renders it: without comments, and with attributes and space between elements made even. */
async function readInEach(shown: PlaygroundPage, pane: PaneName): Promise<Record<FrameworkName, string>> {
  const found: [FrameworkName, string][] = []
  for (const name of frameworkNames) {
    await shown.choose(pane, name)
    const view = shown.page.getByRole('region', { name: pane, exact: true }).locator('.pane-view')
    found.push([name, await view.evaluate(serializeView)])
  }
  return Object.fromEntries(found) as Record<FrameworkName, string>
}
