import { describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { withPlayground } from '../support/with-playground'

const chromiumPath = findChromium()

describe.skipIf(chromiumPath === undefined)('on a phone that is held sideways', () => {
  const { open } = withPlayground({ answerSpeed: 0.7 })

  it('half of the screen is the conversation’s, and every button of a pane is on it', async () => {
    const shown = await open('/')
    await shown.page.setViewportSize({ width: 740, height: 360 })
    await shown.ask('What is the difference between a driver and a follower?')
    for (const pane of ['Driver', 'Follower'] as const) {
      await shown.page.getByRole('button', { name: pane, exact: true }).click()
      await shown.until(pane, ({ characters }) => characters > 0)
      const region = shown.page.getByRole('region', { name: pane, exact: true })
      const conversation = await region.locator('.conversation').boundingBox()
      expect(conversation?.height, pane).toBeGreaterThan(180)
      const stop = await region.getByRole('button', { name: 'Stop', exact: true }).boundingBox()
      expect((stop?.x ?? 740) + (stop?.width ?? 0), pane).toBeLessThan(740)
      expect(await region.evaluate((element) => element.getBoundingClientRect().bottom)).toBeLessThanOrEqual(360)
    }
    expect(await shown.problems()).toEqual([])
  })
})
