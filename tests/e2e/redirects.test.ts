import { describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { expectWhole, openInMidAnswer, roles } from '../support/life/roles'
import { withLife } from '../support/life/with-life'

const chromiumPath = findChromium()

describe.skipIf(chromiumPath === undefined)('an answer that is redirected, in Chromium', () => {
  const { server, open } = withLife(chromiumPath)
  const to = (status: number, location: string) => new Response(null, { status, headers: { location } })

  it.each(roles)('to a login page ends nothing for %s: it says where to sign in, and goes on then', async (role) => {
    const { answer, page } = await openInMidAnswer(server(), open, role)
    const { length } = answer.text
    server().stepBetween(() => to(302, '/elsewhere?next=secret'))
    server().cut(answer)
    const { error, connection } = await page.until(answer, (seen) => seen.connection === 'failed')
    expect([connection, error]).toEqual(['failed', `redirected ${server().elsewhere}`])
    const asked = page.asked(answer)
    await answer.grow()
    await expect(page.stop(answer)).rejects.toThrow('redirect')
    expect(page.asked(answer)).toEqual([...asked, 'stop', 'stop'])

    server().stepBetween(undefined)
    await page.retry(answer)
    await page.untilCurrent(answer)
    expect(page.asked(answer).at(-1)).toBe(String(length))
    await expectWhole(page, answer)
  })

  it('to the same path with a slash is reported with that path, and delivers no text', async () => {
    const answer = await server().createAnswer()
    server().stepBetween(({ url }) => (/\/(\?.*)?$/.test(url) ? undefined : to(308, `${new URL(url).pathname}/`)))
    const page = await open(server().page({ drive: [answer] }))
    const seen = await page.until(answer, ({ connection }) => connection === 'failed')
    const path = `${new URL(server().elsewhere).origin}/streams/${answer.id}/drive/`
    expect(seen).toMatchObject({ length: 0, status: 'pending', error: `redirected ${path}` })
    expect(answer.runs).toBe(0)
  })

  it('to another origin, which stays hidden, is reported all the same', async () => {
    const answer = await server().createAnswer()
    const port = new URL(server().elsewhere).port
    server().stepBetween(() => to(302, `http://localhost:${port}/elsewhere`))
    const page = await open(server().page({ drive: [answer] }))
    const seen = await page.until(answer, ({ connection }) => connection === 'failed')
    expect(seen).toMatchObject({ length: 0, error: 'redirected' })
  })
})
