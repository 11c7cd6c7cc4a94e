import { afterEach, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { itInLongRun } from '../support/is-long-run'
import type { Answer } from '../support/life/answer'
import { expectWhole } from '../support/life/roles'
import { withLife } from '../support/life/with-life'

const chromiumPath = findChromium()
const count = 8
/** An answer that waits for a connection is read about once a second; the rest is for a machine that is busy. */
const CURRENT_MS = 8_000
const STOP_MS = 5_000
/**
 * A connection that is closed is open for a moment yet, when the next one opens already. On a busy machine the server may
 * notice that a second late. A client that holds too many holds them for longer than `STOP_MS`.
 */
const HANDOVER_MS = 3_000

describe.skipIf(chromiumPath === undefined)(`a page that follows ${count} answers over HTTP/1.1, in Chromium`, () => {
  const { server, open } = withLife(chromiumPath)
  let writer: ReturnType<typeof keepWriting> | undefined
  afterEach(() => writer?.end())

  async function follow(maxLive?: number) {
    const answers = await Promise.all(Array.from({ length: count }, () => server().beginAnswer()))
    writer = keepWriting(answers)
    const page = await open(server().page({ follow: answers, maxLive }))
    return { answers, page, writer }
  }

  it('keeps all of them up to date while they run, over four connections, each time from what it shows', async () => {
    const { answers, page, writer } = await follow()
    for (let round = 0; round < 3; round += 1) {
      const began = Date.now()
      const written = answers.map((answer) => ({ answer, length: answer.text.length }))
      await Promise.all(written.map(({ answer, length }) => page.until(answer, (seen) => seen.length >= length)))
      expect(Date.now() - began).toBeLessThan(CURRENT_MS)
    }
    writer.end()
    for (const answer of answers) await expectWhole(page, answer)
    expect(server().crowdedMs(4)).toBeLessThan(HANDOVER_MS)
    for (const answer of answers) {
      const offsets = server().requests(answer).map(Number)
      const lengths = new Set((await page.seen(answer)).map(({ length }) => length))
      expect(offsets[0]).toBe(0)
      // Each goes on from what is shown.
      for (const offset of offsets) expect(lengths).toContain(offset)
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
    }
  })

  it('stops one of them in mid-stream, while the others are read on', async () => {
    const { answers, page, writer } = await follow()
    const [stopped, ...others] = answers as [Answer, ...Answer[]]
    for (const answer of answers) await page.until(answer, ({ length }) => length > 0)

    writer.leave(stopped)
    const began = Date.now()
    expect(await page.stop(stopped)).toBe('stopped')
    expect(Date.now() - began).toBeLessThan(STOP_MS)
    expect(server().open).toBeGreaterThan(0)
    expect(await server().stored(stopped)).toMatchObject({ text: stopped.text, status: 'stopped' })
    expect(await page.text(stopped)).toBe(stopped.text)

    writer.end()
    for (const answer of others) await expectWhole(page, answer)
    expect(server().crowdedMs(4)).toBeLessThan(HANDOVER_MS)
  })

  itInLongRun('could not even ask to stop one if it held all connections that the browser allows', async () => {
    const { answers, page, writer } = await follow(100)
    await expect.poll(() => server().open, { timeout: 20_000 }).toBe(6)
    const [stopped, ...others] = answers as [Answer, ...Answer[]]
    writer.leave(stopped)
    const stopping = page.stop(stopped)
    await expect.poll(() => page.asked(stopped)).toContain('stop')
    // As long as it may take where there is room.
    await new Promise((resolve) => setTimeout(resolve, STOP_MS))
    expect(server().requests(stopped)).not.toContain('stop')
    expect(server().open).toBe(6)
    expect(server().crowdedMs(4)).toBeGreaterThan(HANDOVER_MS)

    writer.end()
    for (const answer of others) answer.finish()
    expect(await stopping).toBe('stopped')
  })
})

/** Writes all of them at once, as fast as a model does. */
function keepWriting(answers: readonly Answer[]) {
  const written = new Set(answers)
  const timer = setInterval(() => {
    for (const answer of written) void answer.grow()
  }, 50)
  return { leave: (answer: Answer) => written.delete(answer), end: () => clearInterval(timer) }
}
