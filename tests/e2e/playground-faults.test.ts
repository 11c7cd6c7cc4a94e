import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { type EndlessEndpoint, startEndlessEndpoint } from '../support/endless-endpoint'
import { itInLongRun } from '../support/is-long-run'
import { controlsOf } from '../support/pane-controls'
import { connectChromium, openPlayground, type PlaygroundPage } from '../support/playground-page'
import { type ServerProcess, startServer } from '../support/server-process'

const chromiumPath = findChromium()
const question = 'What happens when the server dies in the middle of an answer?'
const panes = ['Driver', 'Follower'] as const

let browser: Browser
let folder: string
let server: ServerProcess
let endpoint: EndlessEndpoint

/** The answer in the page's address, as it is stored. */
async function readStored({ page }: PlaygroundPage) {
  const chatId = new URL(page.url()).pathname.replace('/c/', '')
  const chat = (await (await fetch(`${server.url}/api/chats/${chatId}`)).json()) as { messages: { streamId: string }[] }
  const answer = await fetch(`${server.url}/api/streams/${chat.messages[0]?.streamId}`, {
    headers: { accept: 'application/json' },
  })
  return (await answer.json()) as { text: string; status: string }
}

/** A page that has asked, and shows some of the answer in both panes, but not all of it. */
async function openMidAnswer(frameworks = '') {
  const shown = await openPlayground(browser, `${server.url}/${frameworks}`)
  await shown.ask(question)
  for (const pane of panes) await shown.until(pane, ({ characters }) => characters > 150)
  expect((await readStored(shown)).status).toBe('streaming')
  return shown
}

/** Both panes show the stored text, all of it; as a page that is loaded now shows it; and no pane ever showed less. */
async function expectWhole(shown: PlaygroundPage, status: string) {
  const ends = []
  for (const pane of panes) ends.push(await shown.until(pane, (answer) => answer.status === status))
  const stored = await readStored(shown)
  expect(stored.status).toBe(status)
  expect(ends.map(({ characters }) => characters)).toEqual([stored.text.length, stored.text.length])
  expect(await shown.problems()).toEqual([])
  const fresh = await openPlayground(browser, shown.page.url())
  const { html } = await fresh.until('Follower', (answer) => answer.status === status)
  expect(ends.map((end) => end.html)).toEqual([html, html])
  return stored.text
}

/** Waits until more is stored than a pane shows. */
async function untilBehind(shown: PlaygroundPage, pane: (typeof panes)[number]) {
  const deadline = Date.now() + 30_000
  for (;;) {
    const { characters } = await shown.read(pane)
    const { text } = await readStored(shown)
    if (text.length > characters + 100) return characters
    if (Date.now() > deadline) throw new Error(`${pane} shows ${characters} of ${text.length} stored characters.`)
    await shown.page.waitForTimeout(30)
  }
}

const offsetIn = (words: string) => Number(/from ([\d,]+)/.exec(words)?.[1]?.replaceAll(',', ''))

describe.skipIf(chromiumPath === undefined)('a pane with a broken network', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
    endpoint = await startEndlessEndpoint()
    const env = { DATA_DIR: folder, HOST: '127.0.0.1', ...endpoint.env }
    server = await startServer('playground/dist/server.js', env, { readyPath: '/api/chats' })
    browser = await connectChromium()
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.kill()
    await endpoint?.close()
    await rm(folder, { recursive: true, force: true })
  })

  for (const pane of panes) {
    const test = pane === 'Driver' ? it : itInLongRun
    const first = pane === 'Driver' ? 'driving' : 'following from 0'
    const source = pane === 'Driver' ? 'live' : 'snapshot'

    test(`reads on from where it was cut (${pane})`, async () => {
      const shown = await openMidAnswer()
      const controls = controlsOf(shown, pane)
      const { characters } = await shown.read(pane)
      await controls.press('Cut')
      const offset = offsetIn(await controls.untilReported(/following from [1-9]/))
      expect(offset).toBeGreaterThanOrEqual(characters)
      endpoint.finish()
      const text = await expectWhole(shown, 'done')
      const reported = await controls.timeline()
      expect(reported[0]).toBe(first)
      expect(reported[1]).toMatch(new RegExp(`^${source} 0–${offset.toLocaleString('en')}, \\d+ chunks$`))
      expect(reported.slice(2, 4)).toEqual(['you cut the connection', `following from ${offset.toLocaleString('en')}`])
      expect(reported.at(-1)).toBe(`finished: done, ${text.length.toLocaleString('en')} characters`)
    })

    itInLongRun(`keeps its text while it is offline, and goes on when it is back (${pane})`, async () => {
      const shown = await openMidAnswer('?driver=svelte&follower=vue')
      const controls = controlsOf(shown, pane)
      await controls.press('Offline')
      await shown.until(pane, ({ connection }) => connection === 'offline')
      const left = (await shown.read(pane)).characters
      expect(await untilBehind(shown, pane)).toBe(left)
      await controls.press('Offline')
      expect(offsetIn(await controls.untilReported(/following from [1-9]/))).toBe(left)
      endpoint.finish()
      await expectWhole(shown, 'done')
      const reported = await controls.timeline()
      expect(reported).toContain('cut, waiting: network')
      expect(reported.filter((words) => words.startsWith('you'))).toEqual(['you went offline', 'you came back online'])
    })

    itInLongRun(`falls behind on a slow network and delays nobody else (${pane})`, async () => {
      const shown = await openMidAnswer('?driver=solid&follower=react')
      const controls = controlsOf(shown, pane)
      await controls.press('Slow')
      const before = await untilBehind(shown, pane)
      await shown.until(pane, ({ characters }) => characters > before)
      // The slow network needs ten seconds for this.
      endpoint.finish('The end. '.repeat(500))
      const other = panes.find((one) => one !== pane) ?? pane
      await shown.until(other, ({ status }) => status === 'done')
      expect((await shown.read(pane)).status).toBe('streaming')
      await controls.press('Slow')
      await expectWhole(shown, 'done')
      const reported = await controls.timeline()
      expect(reported).toContain('you slowed the network down')
      expect(reported.join()).not.toContain('waiting')
    })

    itInLongRun(`goes on after its reload button was pressed in mid-answer (${pane})`, async () => {
      const shown = await openMidAnswer('?driver=vue&follower=solid')
      const { characters } = await shown.read(pane)
      await Promise.all([shown.page.waitForEvent('load'), controlsOf(shown, pane).press('Reload')])
      await shown.until(pane, (answer) => answer.characters >= characters)
      const reported = await controlsOf(shown, pane).timeline()
      expect(reported[0]).toBe('following from 0')
      expect(reported[1]).toMatch(/^snapshot 0–/)
      endpoint.finish()
      await expectWhole(shown, 'done')
    })
  }

  it('is stopped from the pane that only follows', async () => {
    const shown = await openMidAnswer()
    const controls = controlsOf(shown, 'Follower')
    await controls.press('Stop')
    const text = await expectWhole(shown, 'stopped')
    await controls.untilReported(/^finished: stopped/)
    expect((await controls.timeline()).at(-1)).toBe(`finished: stopped, ${text.length.toLocaleString('en')} characters`)
    const stop = shown.page.getByRole('region', { name: 'Follower', exact: true }).getByRole('button', { name: 'Stop' })
    expect(await stop.count()).toBe(0)
  })
})
