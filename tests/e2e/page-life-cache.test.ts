import { describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import type { Answer } from '../support/life/answer'
import type { OpenedPage } from '../support/life/open-page'
import type { LifePage } from '../support/life/page'
import { expectWhole, openInMidAnswer, roles } from '../support/life/roles'
import { withLife } from '../support/life/with-life'

declare const life: LifePage

const chromiumPath = findChromium()

describe.skipIf(chromiumPath === undefined)(
  'a page that a person leaves in mid-answer and comes back to, in Chromium',
  () => {
    const { server, open } = withLife(chromiumPath)

    const meanwhile: [string, (answer: Answer) => void | Promise<void>][] = [
      ['the answer goes on', () => {}],
      ['its connection breaks', (answer) => server().cut(answer)],
    ]

    describe.each(roles)('as %s', (role, first) => {
      it.each(meanwhile)(
        'is as it was left, and asks once, from where it stood, when meanwhile %s',
        async (_, happen) => {
          const { answer, page } = await openInMidAnswer(server(), open, role)
          const left = (await page.seen(answer)).length
          await leave(page, server().elsewhere)
          await answer.grow(10)
          await happen(answer)
          expect(page.asked(answer)).toEqual([first])

          await comeBack(page)
          await page.untilReported('pageshow, persisted')
          await page.untilCurrent(answer)
          await expectWhole(page, answer)
          const asking = (await page.seen(answer)).slice(left).find(({ connection }) => connection === 'connecting')
          expect(page.asked(answer)).toEqual([first, String(asking?.length)])
          expect(server().requests(answer)).toEqual(page.asked(answer))
        },
      )

      it('is loaded anew where the browser did not keep it, and shows the answer whole', async () => {
        // A private page that reads what is not to be stored, as all streams are, is one of those.
        const { answer, page } = await openInMidAnswer(server(), open, role, true)
        const reasons: string[] = []
        page.devTools.on('Page.backForwardCacheNotUsed', ({ notRestoredExplanations }) =>
          reasons.push(...notRestoredExplanations.map(({ reason }) => reason)),
        )
        await leave(page, server().elsewhere)
        await answer.grow(10)

        await comeBack(page)
        await page.untilCurrent(answer)
        await expectWhole(page, answer)
        expect(reasons).not.toEqual([])
        expect(await page.read(() => life.events)).not.toContain('pageshow, persisted')
        expect(page.asked(answer)).toEqual([first, first])
        // The page that is left may still resume what its browser has broken, before it goes.
        const [, ...later] = server().requests(answer)
        expect(later.filter((offset) => offset === first)).toEqual([first])
        expect(later.length).toBeLessThanOrEqual(2)
      })
    })
  },
)

async function leave({ page, devTools, read }: OpenedPage, url: string) {
  await devTools.send('Page.enable')
  await devTools.send('Page.navigate', { url })
  await expect.poll(() => read(() => document.title)).toBe('Elsewhere')
  expect(page.url()).toBe(url)
}

async function comeBack({ devTools, read }: OpenedPage) {
  const { currentIndex, entries } = await devTools.send('Page.getNavigationHistory')
  await devTools.send('Page.navigateToHistoryEntry', { entryId: entries[currentIndex - 1]?.id ?? -1 })
  await expect.poll(() => read(() => 'life' in globalThis).catch(() => false), { timeout: 20_000 }).toBe(true)
}
