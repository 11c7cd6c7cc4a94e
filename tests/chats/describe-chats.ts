import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { UIMessage } from 'ai'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { startCuttingProxy } from '../support/cutting-proxy'
import { connectChromium } from '../support/playground-page'
import { type ServerProcess, startServer } from '../support/server-process'
import { buildChat, type Framework } from './build-chat'
import { proseFor } from './model.mjs'
import type { ShownChat } from './pages/chat'

const chromiumPath = findChromium()
const pages = fileURLToPath(new URL('../.output/chats', import.meta.url))

/** What `useChat` of a framework does over `createChatTransport`. Every framework must pass all of it. */
export function describeChats(framework: Framework) {
  describe.skipIf(chromiumPath === undefined)('useChat of the AI SDK over kept streams, in Chromium', () => {
    let browser: Browser
    let folder: string
    let server: ServerProcess
    let chats = 0
    beforeAll(async () => {
      await buildChat(framework)
      browser = await connectChromium()
      folder = mkdtempSync(join(tmpdir(), 'keepstream-chats-'))
      server = await start()
    })
    afterAll(async () => {
      await browser?.close()
      await server?.terminate()
      rmSync(folder, { recursive: true, force: true })
    })

    function start(port?: number): Promise<ServerProcess> {
      const env = { STORE: join(folder, 'streams.db'), CHATS: join(folder, 'chats.json'), PAGES: pages }
      return startServer('tests/chats/chat-server.mjs', env, port === undefined ? {} : { port })
    }

    const opened: Page[] = []
    afterEach(async () => {
      for (const page of opened.splice(0)) await page.close()
    })

    /** A device of its own that shows a chat. */
    async function open(id: string, port = server.port): Promise<Page> {
      const page = await browser.newPage()
      opened.push(page)
      await page.goto(`http://127.0.0.1:${port}/pages/${framework}?chat=${id}`)
      await page.waitForFunction(() => globalThis.chat)
      return page
    }
    const release = () => fetch(`${server.url}/release`, { method: 'POST' })
    const newChat = () => `chat-${++chats}`
    const send = (page: Page, text: string) => page.evaluate((text) => globalThis.chat?.send(text), text)
    const shown = (page: Page) => page.evaluate(() => globalThis.chat?.shown()) as Promise<ShownChat>
    const runs = () => server.output().split('producing\n').length - 1
    /** The status of each stream of the last answer. */
    async function statuses(id: string) {
      const bodies = await (await fetch(`${server.url}/chats/${id}/status`)).json()
      return (bodies as { status: string }[]).map(({ status }) => status)
    }

    async function until(page: Page, what: (chat: ShownChat) => boolean): Promise<ShownChat> {
      const deadline = Date.now() + 30_000
      for (;;) {
        const chat = await shown(page)
        if (what(chat)) return chat
        if (Date.now() > deadline) throw new Error(`the chat shows ${JSON.stringify(chat).slice(0, 2_000)}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    const isReady = ({ status, messages }: ShownChat) => status === 'ready' && messages.length > 1
    const isLong = (length: number) => (chat: ShownChat) => textOf(chat).length > length
    const isInTool = ({ messages }: ShownChat) =>
      messages.at(-1)?.parts.some((part) => 'state' in part && part.state === 'input-available') ?? false

    it('shows reasoning, a tool and prose, on a second device and after a reload too', async () => {
      const id = newChat()
      const before = runs()
      const page = await open(id)
      await send(page, 'search this')
      await until(page, isInTool)
      const other = await open(id)
      await until(other, isInTool)
      await page.reload()
      await until(page, isInTool)
      await release()
      const chats = [await until(page, isReady), await until(other, isReady)]
      for (const chat of chats) {
        expect(chat).toMatchObject({ error: undefined, messages: [{ role: 'user' }, { role: 'assistant' }] })
        expect(textOf(chat)).toBe(proseFor('search this').join(''))
        expect(shapeOf(chat)).toEqual([
          'step-start',
          'reasoning done',
          'tool-search output-available',
          'step-start',
          'text done',
        ])
      }
      expect(chats[0]).toEqual(chats[1])
      expect(await page.locator('article[data-role=assistant]').count()).toBe(1)
      expect(runs() - before).toBe(1)
    })

    it('goes on after an approval, and shows both streams of such an answer as one message elsewhere', async () => {
      const id = newChat()
      const page = await open(id)
      await send(page, 'pay this')
      const asked = await until(page, ({ messages }) => JSON.stringify(messages).includes('approval-requested'))
      const part = asked.messages.at(-1)?.parts.find((part) => 'approval' in part) as { approval: { id: string } }
      await until(page, isReady)
      await page.evaluate((id) => globalThis.chat?.approve(id), part.approval.id)
      const chat = await until(page, (chat) => isReady(chat) && textOf(chat).length > 0)
      expect(chat.messages).toHaveLength(2)
      expect(shapeOf(chat)).toContain('tool-pay output-available')
      expect(await statuses(id)).toEqual(['done', 'done'])
      const elsewhere = await until(await open(id), (chat) => isReady(chat) && textOf(chat) === proseFor('').join(''))
      expect(elsewhere.messages).toHaveLength(2)
      expect(shapeOf(elsewhere)).toContain('tool-pay output-available')
    })

    it('stops on the server, from the page that asked and from another one, and keeps what was written', async () => {
      for (const isElsewhere of [false, true]) {
        const id = newChat()
        const page = await open(id)
        await send(page, 'an endless answer')
        await until(page, isLong(100))
        const other = await open(id)
        await until(other, isLong(100))
        await (isElsewhere ? other : page).evaluate(() => globalThis.chat?.stop())
        const chat = await until(page, isReady)
        await until(other, isReady)
        await expect.poll(() => statuses(id)).toEqual(['stopped'])
        const later = textOf(await until(await open(id), isReady))
        expect(later.startsWith(textOf(chat)) || textOf(chat).startsWith(later)).toBe(true)
        expect(later.length).toBeLessThan(proseFor('endless').join('').length)
      }
    })

    it('stops nothing when the component or the page goes', async () => {
      const id = newChat()
      const page = await open(id)
      await send(page, 'a long answer')
      await until(page, isLong(100))
      await page.evaluate(() => globalThis.chat?.leave())
      await page.close()
      await expect.poll(() => statuses(id), { timeout: 20_000 }).toEqual(['done'])
    })

    it('heals a connection that is cut again and again', async () => {
      const id = newChat()
      let cuts = 0
      const proxy = await startCuttingProxy(server.port, (path) => {
        if (!path.startsWith('/streams/') || cuts >= 6) return undefined
        cuts += 1
        return { bytes: 200, place: 'anywhere' }
      })
      onTestFinished(proxy.close)
      const before = runs()
      const page = await open(id, proxy.port)
      await send(page, 'search a long answer')
      await until(page, isInTool)
      await release()
      const chat = await until(page, isReady)
      expect(chat).toMatchObject({ error: undefined })
      expect(textOf(chat)).toBe(proseFor('long').join(''))
      expect(cuts).toBe(6)
      expect(runs() - before).toBe(1)
    })

    it('shows what was written when the server is killed, and says that the answer broke off', async () => {
      const id = newChat()
      const page = await open(id)
      await send(page, 'a long answer')
      await until(page, isLong(300))
      await server.kill()
      server = await start(server.port)
      const chat = await until(page, ({ status }) => status === 'error')
      expect(textOf(chat).length).toBeGreaterThan(200)
      expect(proseFor('long').join('').startsWith(textOf(chat))).toBe(true)
      expect(await statuses(id)).toEqual(['timeout'])
    })
  })
}

function textOf({ messages }: ShownChat): string {
  const last = messages.at(-1)
  return last?.role === 'assistant' ? last.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') : ''
}

/** The types and states of the parts of the last message. */
function shapeOf({ messages }: ShownChat): string[] {
  const parts: UIMessage['parts'] = messages.at(-1)?.parts ?? []
  return parts.map((part) => ('state' in part ? `${part.type} ${part.state}` : part.type))
}
