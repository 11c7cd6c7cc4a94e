import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMarkEncoder, type UiChunk } from '@keepstream/core/marks'
import { sqliteStore } from '@keepstream/server/sqlite'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openChats } from '../../playground/server/chats'
import { findChromium } from '../runner/chromium.mjs'
import { expectWhole } from '../support/expect-whole'
import { connectChromium, openPlayground } from '../support/playground-page'
import { serializeView } from '../support/serialize-view'
import { type ServerProcess, startServer } from '../support/server-process'

const chromiumPath = findChromium()
const question = 'What is an epoch?'
const call = { toolCallId: 'a', toolName: 'search' }
const input = { query: question }
const output = [{ file: 'docs/design.md', heading: '2. Words', url: '/library/docs/design.md#2-words' }]

describe.skipIf(chromiumPath === undefined)('the parts of an answer', () => {
  let browser: Browser
  let folder: string
  let server: ServerProcess

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
    const env = { DATA_DIR: folder, ANSWER_SPEED: '0.2', HOST: '127.0.0.1' }
    server = await startServer('playground/dist/server.js', env, { readyPath: '/api/chats' })
    browser = await connectChromium()
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.kill()
    await rm(folder, { recursive: true, force: true })
  })

  it('are followed from the store in every framework, and after a reload in the middle of a tool call', async () => {
    const answer = await beginAnswer(folder)
    const pages = [
      await openPlayground(browser, `${server.url}/c/${answer.chatId}?driver=react&follower=vue`),
      await openPlayground(browser, `${server.url}/c/${answer.chatId}?driver=svelte&follower=solid`),
    ]
    const views = pages.flatMap(({ page }) => ['#driver', '#follower'].map((pane) => page.locator(`${pane} .parts`)))
    /** Waits for an element in every pane. Then all of them have the same markup. */
    const untilEach = async (selector: string, text: string) => {
      for (const view of views) await view.locator(selector).filter({ hasText: text }).waitFor({ state: 'attached' })
      const [first, ...others] = await Promise.all(views.map((view) => view.evaluate(serializeView)))
      for (const other of others) expect(other).toBe(first)
      expect(first).not.toContain('\x1e')
    }

    await answer.write([
      { type: 'reasoning-start', id: '0' },
      { type: 'reasoning-delta', id: '0', delta: 'A thought' },
    ])
    await untilEach('.thoughts[open][data-running] p', 'A thought')
    // What the user closes stays closed while it grows.
    for (const view of views) await view.locator('summary').press('Enter')
    await answer.write([{ type: 'reasoning-delta', id: '0', delta: ' that goes on.' }])
    await untilEach('.thoughts[data-running]:not([open]) p', 'A thought that goes on.')

    await answer.write([
      { type: 'reasoning-end', id: '0' },
      { type: 'tool-input-start', ...call },
      { type: 'tool-input-delta', toolCallId: 'a', inputTextDelta: JSON.stringify(input).slice(0, -6) },
    ])
    await untilEach('.call[data-state=running][aria-busy=true] .call-query', 'What is an ep')
    await pages[1]?.page.reload()
    await untilEach('.call[data-state=running] [role=status]', 'Running')

    // The text ends inside a mark for a while.
    const found: UiChunk[] = [
      { type: 'tool-input-available', ...call, input },
      { type: 'tool-output-available', toolCallId: 'a', output },
    ]
    await answer.write(found, async (append, text) => {
      await append(text.slice(0, -20))
      await untilEach('.call[data-state=running] .call-query', question)
      await append(text.slice(-20))
    })
    await untilEach('.call[data-state=done] a[href="/library/docs/design.md#2-words"]', '2. Words')

    await answer.write([
      { type: 'tool-input-start', toolCallId: 'b', toolName: 'search' },
      { type: 'tool-input-available', ...call, toolCallId: 'b', input },
      { type: 'tool-output-error', toolCallId: 'b', errorText: 'Out of order.' },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'The number of **a claim**.' },
      { type: 'text-end', id: '1' },
    ])
    await untilEach('.call[data-state=failed] .note', 'Out of order.')
    await untilEach('.markdown strong', 'a claim')
    await answer.end()
    for (const shown of pages) {
      await expectWhole(server.url, shown, 'done')
      expect(await shown.problems()).toEqual([])
    }
  })

  it('stay as they are when an answer is stopped in the middle of its thoughts', async () => {
    const shown = await openPlayground(browser, server.url)
    await shown.ask(question)
    await shown.page.locator('#driver .thoughts[data-running]').waitFor()
    await shown.page.locator('#driver').getByRole('button', { name: 'Stop', exact: true }).click()
    await expectWhole(server.url, shown, 'stopped')
    for (const pane of ['#driver', '#follower']) {
      const view = shown.page.locator(`${pane} .parts`)
      await view.locator('.thoughts[open]:not([data-running])').getByText('Thoughts, unfinished').waitFor()
      expect(await view.locator('> *').count()).toBe(1)
    }
    expect(await shown.problems()).toEqual([])
  })
})

/** Begins an answer in the store that another process serves from. */
async function beginAnswer(folder: string) {
  const store = sqliteStore({ path: join(folder, 'streams.db') })
  const chats = openChats(join(folder, 'chats.db'))
  const id = randomBytes(16).toString('base64url')
  const marks = createMarkEncoder()
  let offset = 0
  await store.create(id, null)
  await store.claim(id, { owner: 'test', leaseMs: 60_000, canTakeOver: false })
  const added = chats.add(question, id)
  if (added.type !== 'added') throw new Error(`the question was not kept: ${added.type}`)
  chats.close()

  async function append(text: string) {
    await store.append(id, { epoch: 1, offset, text })
    offset += text.length
  }
  return {
    chatId: added.chatId,
    /** Appends chunks as marked text: at once, or as `write` does. */
    async write(
      chunks: readonly UiChunk[],
      write: (add: typeof append, text: string) => Promise<void> = (add, text) => add(text),
    ) {
      await write(append, chunks.map(marks.push).join(''))
    },
    async end() {
      await store.close(id, { epoch: 1, offset, text: '', status: 'done' })
      await store.dispose()
    },
  }
}
