import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { type EndlessEndpoint, startEndlessEndpoint } from '../support/endless-endpoint'
import { expectWhole, readStored } from '../support/expect-whole'
import { itInLongRun } from '../support/is-long-run'
import { connectChromium, openPlayground } from '../support/playground-page'
import { type ServerProcess, startServer } from '../support/server-process'

const chromiumPath = findChromium()
const question = 'How does the merge rule work?'
const another = 'How do I stop a stream, and what happens to its text?'

let browser: Browser
let folder: string
let server: ServerProcess
let endpoint: EndlessEndpoint

function start(port?: number) {
  const env = { DATA_DIR: folder, HOST: '127.0.0.1', ...endpoint.env }
  const options = { readyPath: '/api/chats', ...(port !== undefined && { port }) }
  return startServer('playground/dist/server.js', env, options)
}

describe.skipIf(chromiumPath === undefined)('the playground in Chromium', () => {
  beforeAll(async () => {
    browser = await connectChromium()
    endpoint = await startEndlessEndpoint()
  })
  afterAll(async () => {
    await browser?.close()
    await endpoint?.close()
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
    server = await start()
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  })

  it('stops where the person said so, keeps the text, and takes the next question', async () => {
    const shown = await openPlayground(browser, server.url)
    await shown.ask(question)
    await shown.until('Driver', ({ characters }) => characters > 100)
    await shown.page.getByRole('region', { name: 'Driver', exact: true }).getByRole('button', { name: 'Stop' }).click()
    await expectWhole(server.url, shown, 'stopped')
    await shown.ask(another)
    await shown.until('Driver', ({ status, characters }) => status === 'streaming' && characters > 0)
    endpoint.finish()
    await expectWhole(server.url, shown, 'done')
    expect(await shown.problems()).toEqual([])
  })

  it('keeps what it shows when the server is killed, and reads on from the server that comes after it', async () => {
    const shown = await openPlayground(browser, server.url, { isNetworkFaulty: true })
    await shown.ask(question)
    await shown.until('Follower', ({ characters }) => characters > 100)
    endpoint.finish()
    const finished = await expectWhole(server.url, shown, 'done')
    await shown.ask(another)
    await shown.until('Driver', ({ status, characters }) => status === 'streaming' && characters > 300)
    await server.kill()
    const left = await shown.until('Driver', ({ connection }) => connection !== 'live')
    server = await start(server.port)
    await shown.until('Driver', ({ connection }) => connection === 'live')
    await shown.until('Follower', ({ connection }) => connection === 'live')

    const stored = await readStored(server.url, shown)
    expect(stored.status).toBe('streaming')
    expect(stored.text.length).toBeGreaterThan(0)
    const kept = await shown.read('Driver')
    expect(kept.characters).toBeGreaterThanOrEqual(left.characters)
    expect(kept.status).toBe('streaming')
    expect((await shown.read('Follower')).characters).toBe(stored.text.length)
    expect(await shown.problems()).toEqual([])

    await shown.page.reload()
    const reloaded = await shown.until('Driver', ({ characters }) => characters > 0)
    expect(reloaded.characters).toBe(stored.text.length)
    const first = shown.page.getByRole('region', { name: 'Driver', exact: true }).getByRole('article').first()
    expect(await first.locator('.count').textContent()).toContain(finished.length.toLocaleString('en'))
    expect(await first.locator('[data-status]').textContent()).toBe('done')
  })

  itInLongRun('has the whole answer when the server is asked to end in mid-answer', async () => {
    const shown = await openPlayground(browser, server.url, { isNetworkFaulty: true })
    await shown.ask(question)
    await shown.until('Driver', ({ characters }) => characters > 200)
    expect((await shown.read('Driver')).status).toBe('streaming')
    const ended = server.terminate()
    const isListening = () =>
      fetch(server.url).then(
        () => true,
        () => false,
      )
    await expect.poll(isListening, { timeout: 30_000 }).toBe(false)
    endpoint.finish()
    expect(await ended, server.output()).toBe(0)
    server = await start(server.port)
    await expectWhole(server.url, shown, 'done')
    expect(await shown.problems()).toEqual([])
    await shown.page.reload()
    await expectWhole(server.url, shown, 'done')
  })
})
