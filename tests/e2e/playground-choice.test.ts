import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { type EndlessEndpoint, startEndlessEndpoint } from '../support/endless-endpoint'
import { expectWhole } from '../support/expect-whole'
import { itInLongRun } from '../support/is-long-run'
import { withPlayground } from '../support/with-playground'

const chromiumPath = findChromium()
const question = 'What is the difference between a driver and a follower?'
const panes = ['Driver', 'Follower'] as const

describe.skipIf(chromiumPath === undefined)('choosing who renders a pane', () => {
  describe('of an answer that is being written', () => {
    let endpoint: EndlessEndpoint
    beforeAll(async () => {
      endpoint = await startEndlessEndpoint()
    })
    afterAll(() => endpoint.close())
    const { url, open } = withPlayground({ env: () => endpoint.env })

    it('takes no character from the screen', async () => {
      const shown = await open('/')
      await shown.ask(question)
      for (const framework of ['Vue', 'Svelte', 'Solid', 'React', 'Solid'] as const) {
        for (const pane of panes) {
          const before = await shown.until(pane, ({ characters }) => characters > 20)
          expect(before.status).toBe('streaming')
          await shown.choose(pane, framework)
          const after = await shown.read(pane)
          expect(after.characters).toBeGreaterThanOrEqual(before.characters)
        }
      }
      endpoint.finish()
      await expectWhole(url(), shown, 'done')
      expect(await shown.problems()).toEqual([])
    })

    itInLongRun('downloads only what was chosen, and keeps what is shown while that cannot be loaded', async () => {
      const shown = await open('/', { isNetworkFaulty: true })
      const { page } = shown
      await shown.ask(question)
      await shown.until('Driver', ({ characters }) => characters > 50)
      const loaded = await scripts(page)
      const isNew = (address: URL) => address.pathname.endsWith('.js') && !loaded.includes(address.href)
      await page.route(isNew, (route) => route.abort())
      await page.locator('#driver').getByText('Svelte', { exact: true }).click()
      await page.getByRole('alert').getByText('The code for Svelte could not be loaded').waitFor()
      expect(await scripts(page)).toEqual(loaded)
      expect(await shown.framework('Driver')).toBe('react')
      const { characters } = await shown.read('Driver')
      await shown.until('Driver', (answer) => answer.characters > characters)

      await page.unroute(isNew)
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.locator('#driver [data-framework="svelte"]').waitFor()
      expect((await scripts(page)).length).toBeGreaterThan(loaded.length)
      expect(await page.getByRole('alert').count()).toBe(0)
      endpoint.finish()
      await expectWhole(url(), shown, 'done')
      const isExpected = (problem: string) => problem.includes('dynamically imported module')
      expect((await shown.problems()).filter((problem) => !isExpected(problem))).toEqual([])
    })
  })

  describe('anywhere', () => {
    const { url, open } = withPlayground()

    itInLongRun('keeps the reader’s place, and the question that is being typed', async () => {
      const shown = await open('/')
      await shown.ask(question)
      await expectWhole(url(), shown, 'done')
      const field = shown.page.getByLabel('Your question')
      const scroller = shown.page.locator('#driver .scroller')
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
      expect(await shown.toEnd('Driver')).toBeLessThan(2)
      expect(await shown.problems()).toEqual([])
    })

    itInLongRun('is kept in the address, wherever a person goes', async () => {
      const shown = await open('/?driver=vue&follower=nobody')
      const { page } = shown
      const search = () => new URL(page.url()).search
      const chosen = async () => [await shown.framework('Driver'), await shown.framework('Follower')]
      await shown.ask(question)
      await expectWhole(url(), shown, 'done')
      expect([await chosen(), search()]).toEqual([['vue', 'react'], '?driver=vue'])

      await shown.choose('Follower', 'Solid')
      expect(search()).toBe('?driver=vue&follower=solid')
      await page.getByRole('link', { name: 'New conversation' }).click()
      expect([new URL(page.url()).pathname, search()]).toEqual(['/', '?driver=vue&follower=solid'])
      await page.getByRole('link', { name: question }).first().click()
      await shown.until('Driver', ({ status }) => status === 'done')
      await page.reload()
      await shown.until('Driver', ({ status }) => status === 'done')
      await shown.until('Follower', ({ status }) => status === 'done')
      expect(await chosen()).toEqual(['vue', 'solid'])

      const other = await page.getByRole('link', { name: 'Open as a follower' }).getAttribute('href')
      const lone = await open(other ?? 'no link')
      await lone.until('Follower', ({ status }) => status === 'done')
      expect(await lone.framework('Follower')).toBe('solid')
      await lone.page.getByRole('link', { name: 'Open both panes' }).click()
      await lone.until('Driver', ({ status }) => status === 'done')
      expect(new URL(lone.page.url()).search).toBe('?driver=vue&follower=solid')
      expect([...(await shown.problems()), ...(await lone.problems())]).toEqual([])
    })

    it('works by keyboard', async () => {
      const shown = await open('/')
      const choice = (name: string) => shown.page.getByRole('group', { name: 'Driver: rendered by' }).getByLabel(name)
      await choice('React').focus()
      await shown.page.keyboard.press('ArrowRight')
      await shown.page.locator('#driver [data-framework="vue"]').waitFor()
      expect(await choice('Vue').isChecked()).toBe(true)
      expect(await choice('Vue').evaluate((element) => element === document.activeElement)).toBe(true)
    })
  })
})

/** What the page has downloaded of the page's own code. */
function scripts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry.name.endsWith('.js') && (entry as PerformanceResourceTiming).responseStatus === 200)
      .map((entry) => entry.name),
  )
}
