import { describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import type { LifePage } from '../support/life/page'
import { expectWhole, openInMidAnswer, roles } from '../support/life/roles'
import { withLife } from '../support/life/with-life'

declare const life: LifePage

const chromiumPath = findChromium()

describe.skipIf(chromiumPath === undefined)('a page whose network goes away, in Chromium', () => {
  const { server, open } = withLife(chromiumPath)

  async function openWithNetwork(role: 'driver' | 'follower') {
    const { answer, page } = await openInMidAnswer(server(), open, role)
    return {
      answer,
      page,
      async connect(isOnline: boolean) {
        const speed = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
        await page.devTools.send('Network.emulateNetworkConditions', { offline: !isOnline, ...speed })
        await page.untilReported(isOnline ? 'online' : 'offline')
      },
    }
  }

  it.each(roles)(
    'as %s tries on in vain, says so, and reads on from where it stood once it is back',
    async (role, first) => {
      const { answer, page, connect } = await openWithNetwork(role)
      await connect(false)
      server().cut(answer)
      const { length } = await page.until(answer, ({ connection }) => connection === 'offline')
      await answer.grow(10)
      await expect.poll(() => page.asked(answer).length, { timeout: 20_000 }).toBeGreaterThan(3)
      expect(server().requests(answer)).toEqual([first])

      await connect(true)
      await page.untilCurrent(answer)
      await expectWhole(page, answer)
      const [, ...later] = page.asked(answer)
      expect(new Set(later)).toEqual(new Set([String(length)]))
      expect(server().requests(answer)).toEqual([first, String(length)])
    },
  )

  it.each(roles)('as %s reads on while its connection holds, whatever the browser says', async (role, first) => {
    const { answer, page, connect } = await openWithNetwork(role)
    await connect(false)
    await answer.grow(10)
    expect(await page.untilCurrent(answer)).toMatchObject({ connection: 'live' })
    await connect(true)
    await expectWhole(page, answer)
    expect(page.asked(answer)).toEqual([first])
  })
})

describe.skipIf(chromiumPath === undefined)('a page behind another tab, in Chromium', () => {
  const { server, open } = withLife(chromiumPath)

  it.each(roles)('as %s shows the answer whole without a single frame', async (role, first) => {
    const { answer, page } = await openInMidAnswer(server(), open, role)
    const other = await open(server().elsewhere)
    await other.page.bringToFront()
    await page.untilReported('hidden')
    const painted = await page.read(() => life.frames.count)
    const shown = (await page.seen(answer)).length

    for (let part = 0; part < 3; part += 1) {
      await answer.grow(5)
      await page.untilCurrent(answer)
    }
    await expectWhole(page, answer)
    const since = (await page.seen(answer)).slice(shown)
    expect(since.length).toBeGreaterThan(3)
    expect(since.every(({ isHidden }) => isHidden)).toBe(true)
    // One may have been on its way.
    expect(await page.read(() => life.frames.count)).toBeLessThanOrEqual(painted + 1)
    expect(page.asked(answer)).toEqual([first])
  })
})

describe.skipIf(chromiumPath === undefined)(
  'a page that is frozen for longer than a connection lasts, in Chromium',
  () => {
    const { server, open } = withLife(chromiumPath, { rolloverMs: 2000, keepAliveMs: 200 })

    it.each(roles)('as %s reads on from where it stood once it thaws', async (role) => {
      const { answer, page } = await openInMidAnswer(server(), open, role)
      await page.devTools.send('Page.setWebLifecycleState', { state: 'frozen' })
      await page.untilReported('freeze')
      const before = page.asked(answer)
      const shown = await page.seen(answer)
      await answer.grow(10)
      await expect.poll(() => server().stored(answer), { timeout: 20_000 }).toMatchObject({ text: answer.text })
      // What a follower reads is rolled over. A drive is not, but after a freeze nobody knows whether it still lives.
      await expect.poll(() => server().open, { timeout: 20_000 }).toBe(role === 'driver' ? 1 : 0)
      expect(await page.seen(answer)).toEqual(shown)
      expect(page.asked(answer)).toEqual(before)

      const thawed = Date.now()
      await page.devTools.send('Page.setWebLifecycleState', { state: 'active' })
      await page.untilReported('resume')
      await page.untilCurrent(answer)
      // Over a connection that was open all the time nothing comes any more: silence would tell so after 25 s.
      expect(Date.now() - thawed).toBeLessThan(15_000)
      await expectWhole(page, answer)
      const [first, ...later] = page.asked(answer).slice(before.length)
      // What had arrived before the page froze may be shown yet.
      const asking = (await page.seen(answer)).slice(shown.length).find(({ connection }) => connection === 'connecting')
      expect(first).toBe(String(asking?.length))
      // On a slow machine what is read now may be rolled over, too: not sooner than after four fifths of the time.
      expect(later.length).toBeLessThanOrEqual((Date.now() - thawed) / 1600)
      expect(server().requests(answer)).toEqual(page.asked(answer))
    })
  },
)
