import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { expectWhole } from '../support/expect-whole'
import { casesInLongRun, itInLongRun } from '../support/is-long-run'
import { frameworkNames, frameworksOr, holdRequests, type PaneName } from '../support/playground-page'
import { withPlayground } from '../support/with-playground'

const chromiumPath = findChromium()
const question = 'What is the difference between a driver and a follower?'

describe.skipIf(chromiumPath === undefined)('a stop that fails', () => {
  const { url, open } = withPlayground({ answerSpeed: 0.7 })

  it.each(frameworksOr('Vue'))('says so beside its button, and can be tried again (%s)', async (name) => {
    const shown = await open(`/?driver=${name.toLowerCase()}`)
    await shown.ask(question)
    await shown.until('Driver', ({ characters }) => characters > 50)
    await failOnce(shown.page, 'Driver')
    await expectWhole(url(), shown, 'stopped')
    expect((await shown.problems()).filter(isUnexpected)).toEqual([])
  })

  it.each(casesInLongRun(frameworkNames))('says so on a page that only follows (%s)', async (name) => {
    const shown = await open('/')
    await shown.ask(question)
    await shown.until('Driver', ({ characters }) => characters > 50)
    const lone = await open(`${new URL(shown.page.url()).pathname}?view=follower&follower=${name.toLowerCase()}`)
    await lone.until('Follower', ({ characters }) => characters > 50)
    await failOnce(lone.page, 'Follower')
    await lone.until('Follower', ({ status }) => status === 'stopped')
    expect((await lone.problems()).filter(isUnexpected)).toEqual([])
  })

  itInLongRun('says so among the buttons of the pane that follows', async () => {
    const shown = await open('/')
    await shown.ask(question)
    await shown.until('Follower', ({ characters }) => characters > 50)
    await failOnce(shown.page, 'Follower')
    await expectWhole(url(), shown, 'stopped')
    expect((await shown.problems()).filter(isUnexpected)).toEqual([])
  })
})

/** Stops while the server cannot, reads what is said of it, and stops again. */
async function failOnce(page: Page, name: PaneName) {
  const pane = page.getByRole('region', { name, exact: true })
  const stop = pane.getByRole('button', { name: 'Stop', exact: true })
  await page.route('**/stop', (route) => route.fulfill({ status: 500, body: 'out of order' }))
  await stop.click()
  await pane.getByRole('alert').getByText('The answer could not be stopped. Press Stop to try again.').waitFor()
  await page.unroute('**/stop')

  const held = await holdRequests(page, '**/stop')
  await stop.click()
  await held.arrival
  expect(await pane.getByRole('alert').count()).toBe(0)
  held.release()
}

/** The browser itself tells of the answer with status 500. */
function isUnexpected(problem: string): boolean {
  return !problem.includes('the server responded with a status of 500')
}
