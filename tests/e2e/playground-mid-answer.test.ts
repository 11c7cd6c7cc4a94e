import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { type EndlessEndpoint, startEndlessEndpoint } from '../support/endless-endpoint'
import { expectWhole } from '../support/expect-whole'
import { itInLongRun } from '../support/is-long-run'
import { withPlayground } from '../support/with-playground'

const chromiumPath = findChromium()

describe.skipIf(chromiumPath === undefined)('an answer that is still being written', () => {
  let endpoint: EndlessEndpoint
  beforeEach(async () => {
    endpoint = await startEndlessEndpoint()
  })
  afterEach(() => endpoint.close())
  const { url, open } = withPlayground({ env: () => endpoint.env, isServerFresh: true })

  itInLongRun('shows an answer growing in both panes, and whole in both at the end', async () => {
    const shown = await open('/')
    await shown.ask('What is written?')
    for (const pane of ['Driver', 'Follower'] as const) {
      const early = await shown.until(pane, ({ characters }) => characters > 0)
      expect(early.status).toBe('streaming')
      await shown.until(pane, ({ characters }) => characters > early.characters)
    }
    endpoint.finish()
    await expectWhole(url(), shown, 'done')
    expect(await shown.problems()).toEqual([])
  })

  it('goes on after a reload in mid-answer', async () => {
    const shown = await open('/')
    await shown.ask('What is written?')
    await shown.until('Driver', ({ characters }) => characters > 200)
    expect((await shown.read('Driver')).status).toBe('streaming')
    await shown.page.reload()
    const again = await shown.until('Driver', ({ characters }) => characters > 0)
    expect(again.status).toBe('streaming')
    endpoint.finish()
    await expectWhole(url(), shown, 'done')
    expect(await shown.problems()).toEqual([])
  })

  it('is followed in a second tab that is opened in mid-answer', async () => {
    const shown = await open('/')
    await shown.ask('What is written?')
    await shown.until('Follower', ({ characters }) => characters > 100)
    const tab = await open(`${new URL(shown.page.url()).pathname}?view=follower`)
    const early = await tab.until('Follower', ({ characters }) => characters > 0)
    expect(early.status).toBe('streaming')
    endpoint.finish()
    const text = await expectWhole(url(), shown, 'done')
    const late = await tab.until('Follower', ({ status }) => status === 'done')
    expect(late.characters).toBe(text.length)
    expect(late.html).toBe((await shown.read('Driver')).html)
    expect([...(await shown.problems()), ...(await tab.problems())]).toEqual([])
  })
})
