import { describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { expectWhole } from '../support/expect-whole'
import { itInLongRun } from '../support/is-long-run'
import { frameworksOr, holdRequests } from '../support/playground-page'
import { withPlayground } from '../support/with-playground'

const chromiumPath = findChromium()
const question = 'How does the merge rule work?'
const another = 'When should I not use it?'

describe.skipIf(chromiumPath === undefined)('while a question is being sent', () => {
  const { url, open } = withPlayground({ answerSpeed: 1_000 })

  it.each(frameworksOr('Vue'))('what is typed stays (%s)', async (name) => {
    const shown = await open(`/?driver=${name.toLowerCase()}`)
    const field = shown.page.getByLabel('Your question')
    const held = await holdRequests(shown.page, '**/api/chats')
    await shown.ask(question)
    await held.arrival
    await shown.page.keyboard.type(' And then?')
    held.release()
    await expect.poll(() => field.inputValue()).toBe('And then?')
    await expectWhole(url(), shown, 'done')

    const next = await holdRequests(shown.page, '**/api/chats')
    await shown.ask(another)
    await next.arrival
    await field.fill('Something else')
    next.release()
    await shown.page.locator('#driver').getByRole('article', { name: another }).waitFor()
    expect(await field.inputValue()).toBe('Something else')
    await expectWhole(url(), shown, 'done')
    expect(await shown.problems()).toEqual([])
  })

  itInLongRun('a framework that is chosen stays chosen', async () => {
    const shown = await open('/')
    const held = await holdRequests(shown.page, '**/api/chats')
    await shown.ask(question)
    await held.arrival
    await shown.choose('Follower', 'Vue')
    held.release()
    await expectWhole(url(), shown, 'done')
    expect(new URL(shown.page.url()).search).toBe('?follower=vue')
    expect(await shown.framework('Follower')).toBe('vue')
    expect(await shown.problems()).toEqual([])
  })

  itInLongRun('a conversation that is opened stays open', async () => {
    const shown = await open('/')
    const { page } = shown
    await shown.ask(question)
    await expectWhole(url(), shown, 'done')
    const first = page.url()
    await page.getByRole('link', { name: 'New conversation' }).click()

    const held = await holdRequests(page, '**/api/chats')
    await shown.ask(another)
    await held.arrival
    await page.getByRole('link', { name: question }).first().click()
    await shown.until('Driver', ({ status }) => status === 'done')
    held.release()
    await expect.poll(() => page.getByLabel('Your question').inputValue()).toBe('')
    expect(page.url()).toBe(first)
    expect(await page.locator('#driver').getByRole('article', { name: question }).count()).toBe(1)

    await page.getByRole('link', { name: another }).first().click()
    await page.locator('#driver').getByRole('article', { name: another }).waitFor()
    await expectWhole(url(), shown, 'done')
    expect(await shown.problems()).toEqual([])
  })
})
