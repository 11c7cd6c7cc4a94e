import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { answerPieces, answerText } from '../support/answer-text.mjs'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'
import { connectChromium } from '../support/playground-page'

const chromiumPath = findChromium()
const seed = 60
const count = 300

describe.skipIf(chromiumPath === undefined)('a browser’s own EventSource', () => {
  let browser: Browser
  let server: MemoryServer
  beforeAll(async () => {
    browser = await connectChromium()
  })
  afterAll(() => browser?.close())
  afterEach(() => server.close())

  it('reads an answer whole through connections that the server closes, and stops asking after the end', async () => {
    server = await startMemoryServer(
      async function* () {
        for (const piece of answerPieces(seed, count)) {
          yield piece
          await new Promise((resolve) => setTimeout(resolve, 15))
        }
      },
      { rolloverMs: 400, keepAliveMs: 100 },
    )
    const id = await server.streams.createStream()
    const drive = fetch(`${server.url}/${id}/drive`, { method: 'POST', headers: { accept: 'text/plain' } })
    const page = await browser.newPage()
    // Any page of the same origin will do, an error's among them.
    await page.goto(`${server.url}/${id}/nothing`)

    const read = await page.evaluate(async (url) => {
      const source = new EventSource(url)
      let text = ''
      let opened = 0
      source.onopen = () => {
        opened += 1
      }
      source.onmessage = ({ data }) => {
        text += JSON.parse(data)
      }
      const status = await new Promise<string>((resolve) => {
        source.addEventListener('end', ({ data }) => resolve(JSON.parse(data).status))
      })
      // Left alone it asks once more, from the end, and is reported with 204 that there is nothing to come back for.
      await new Promise<void>((resolve) => {
        const check = () => (source.readyState === EventSource.CLOSED ? resolve() : setTimeout(check, 50))
        check()
      })
      return { text, status, opened }
    }, `${server.url}/${id}`)

    // Every connection after the first one resumed at the last event's id, or the text would hold something twice.
    expect(read.status).toBe('done')
    expect(read.text).toBe(answerText(seed, count))
    expect(read.opened).toBeGreaterThan(1)
    await (await drive).body?.cancel()
    await page.close()
  })
})
