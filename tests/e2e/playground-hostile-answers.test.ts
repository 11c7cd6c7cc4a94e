import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from '@keepstream/server/sqlite'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openChats } from '../../playground/server/chats'
import { findChromium } from '../runner/chromium.mjs'
import { connectChromium, frameworksOr } from '../support/playground-page'
import { type ServerProcess, startServer } from '../support/server-process'

const chromiumPath = findChromium()
const paragraphs = (count: number) => Array.from({ length: count }, (_, i) => `Paragraph ${i}.\n\n`).join('')

const answers = {
  nested: '> '.repeat(3_000),
  short: paragraphs(2_000),
  failing: 'what no renderer survives',
  plain: 'The **last** answer.',
}

describe.skipIf(chromiumPath === undefined)('a conversation with answers that are hard to show', () => {
  let browser: Browser
  let folder: string
  let server: ServerProcess
  let hard: string
  let long: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
    hard = await keep(folder, answers)
    long = await keep(folder, { nested: answers.nested, long: paragraphs(50_000), plain: answers.plain })
    server = await startServer('playground/dist/server.js', { DATA_DIR: folder }, { readyPath: '/api/chats' })
    browser = await connectChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.kill()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(frameworksOr('Solid'))('is shown by %s, but for the answer whose rendering fails', async (name) => {
    const page = await browser.newPage()
    await page.addInitScript(failFor, answers.failing)
    await page.goto(`${server.url}/c/${hard}?view=follower&follower=${name.toLowerCase()}`)
    await page.locator(`.pane-view[data-framework="${name.toLowerCase()}"]`).waitFor()
    const answer = (question: string) => page.getByRole('article', { name: question, exact: true })
    await answer('plain').getByText('The last answer.').waitFor()
    await answer('failing').getByText('This answer cannot be shown here.').waitFor()
    await answer('short').getByText('Paragraph 1999.').waitFor()
    expect(await answer('short').locator('.block').count()).toBe(2_000)
    await answer('nested').locator('blockquote').first().waitFor()
    expect(await answer('nested').locator('blockquote').count()).toBeLessThan(30)
    await page.close()
  })

  it('puts no more than a few paragraphs on the page at once, however many there are', async () => {
    const page = await browser.newPage()
    await page.addInitScript(countSections)
    await page.goto(`${server.url}/c/${long}?view=follower`)
    await page.getByText('The last answer.').waitFor()
    await page.locator('.section').nth(60).waitFor({ state: 'attached' })
    const most = await page.evaluate(() => (globalThis as unknown as { mostAtOnce: number }).mostAtOnce)
    // A section for the answer that grows, and one for each other answer that came in the same task.
    expect(most).toBeLessThanOrEqual(4)
    await page.close()
  })
})

/** Keeps a conversation whose answers are done, and gives its id. */
async function keep(folder: string, texts: Record<string, string>): Promise<string> {
  const store = sqliteStore({ path: join(folder, 'streams.db') })
  const chats = openChats(join(folder, 'chats.db'))
  let chatId: string | undefined
  for (const [question, text] of Object.entries(texts)) {
    const id = randomBytes(16).toString('base64url')
    await store.create(id, null)
    await store.claim(id, { owner: 'test', leaseMs: 60_000, canTakeOver: false })
    for (let offset = 0; offset < text.length; offset += 100_000) {
      await store.append(id, { epoch: 1, offset, text: text.slice(offset, offset + 100_000) })
    }
    await store.close(id, { epoch: 1, offset: text.length, text: '', status: 'done' })
    const added = chats.add(question, id, chatId)
    if (added.type !== 'added') throw new Error(`the question was not kept: ${added.type}`)
    chatId = added.chatId
  }
  chats.close()
  await store.dispose()
  return chatId ?? ''
}

/** Runs in the page: making this text harmless fails, as a fault in a renderer would. */
function failFor(text: string) {
  const create = Document.prototype.createNodeIterator
  Document.prototype.createNodeIterator = function (root: Node, ...rest) {
    if (root.textContent?.includes(text)) throw new Error('a fault in a renderer')
    return create.call(this, root, ...rest)
  }
}

/** Runs in the page: how many sections came in one task. */
function countSections() {
  const counted = { mostAtOnce: 0 }
  new MutationObserver((records) => {
    const added = records
      .flatMap(({ addedNodes }) => [...addedNodes])
      .filter((node) => node instanceof Element)
      .flatMap((element) => [element, ...element.querySelectorAll('.section')])
      .filter((element) => element.classList.contains('section'))
    counted.mostAtOnce = Math.max(counted.mostAtOnce, added.length)
    Object.assign(globalThis, counted)
  }).observe(document, { childList: true, subtree: true })
}
