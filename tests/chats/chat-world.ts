import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { startCuttingProxy } from '../support/cutting-proxy'
import { connectChromium } from '../support/playground-page'
import { startServer } from '../support/server-process'
import { until } from '../support/until'
import type { BuiltChat, Framework } from './build-chat'
import type { ShownChat } from './pages/page'

export type ChatWorld = Awaited<ReturnType<typeof openChatWorld>>

/** What a scenario uses: the server, and tabs of one framework. */
export type Chats = ReturnType<ChatWorld['chatsIn']>

/** The server of an application, which may be killed and started again, and tabs that show its chats in each framework. */
export async function openChatWorld(
  { server: script, pages, frameworks }: BuiltChat,
  env: Record<string, string> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-chats-'))
  const start = (port?: number) =>
    startServer(script, { ...env, PAGES: pages }, { cwd: folder, ...(port !== undefined && { port }) })
  const browser = await connectChromium()
  const servers = [await start()]
  const leaving: (() => Promise<unknown>)[] = []
  let chats = 0
  let another: Promise<number> | undefined
  const server = () => servers[0] as (typeof servers)[number]
  const count = (line: string) =>
    servers
      .map(({ output }) => output())
      .join('\n')
      .split(`${line}\n`).length - 1

  async function startAnother(): Promise<number> {
    const started = await start()
    servers.push(started)
    return started.port
  }
  const killAndRestart = createMeeting(frameworks.length, async () => {
    const killed = server()
    await killed.kill()
    servers[0] = await start(killed.port)
  })

  function chatsIn(framework: Framework) {
    let context: BrowserContext | undefined
    const freePages: Page[] = []
    return {
      newChat: () => `chat-${++chats}`,
      generations: (question: string) => count(`begins ${question}`),
      hasEnded: (question: string) => count(`ends ${question}`) > 0,
      /** Whether the server aborts the generation within `ms`. */
      async isAborted(question: string, ms = 10_000): Promise<boolean> {
        const deadline = Date.now() + ms
        while (count(`aborted ${question}`) === 0 && Date.now() < deadline) await wait(20)
        return count(`aborted ${question}`) > 0
      },
      release: (question: string) => fetch(`${server().url}/release/${question}`, { method: 'POST' }),
      /** The port of another process of the same application, which goes on until the end. */
      startAnother() {
        another ??= startAnother()
        return another
      },
      /** `kill -9`, and a new start at the same address, once all frameworks ask for it. */
      killAndRestart,
      /** A way to the server on which the first answer is cut twice. */
      async openCutPath(): Promise<number> {
        let cuts = 0
        const isAnswer = (path: string) => /^\/(streams\/|api\/chat$)/.test(path)
        const proxy = await startCuttingProxy(
          server().port,
          (path) => (isAnswer(path) && ++cuts <= 2 ? { bytes: 250, place: 'anywhere' } : undefined),
          { isWhole: (path) => !isAnswer(path) },
        )
        leaving.push(proxy.close)
        return proxy.port
      },
      async open(id: string, port = server().port) {
        // Its own one, because the tabs of a profile share their connections.
        context ??= await browser.newContext()
        const page = freePages.pop() ?? (await context.newPage())
        leaving.push(async () => {
          if (page.isClosed()) return
          await page.unrouteAll()
          freePages.push(page)
        })
        await page.goto(`http://127.0.0.1:${port}/pages/${framework}?chat=${id}`, { waitUntil: 'commit' })
        return tabOf(page)
      },
    }
  }

  return {
    chatsIn,
    port: () => server().port,
    /** Ends what a scenario has opened. Its tabs are used again, which is faster than to open new ones. */
    async clear(): Promise<void> {
      for (const leave of leaving.splice(0)) await leave()
    },
    async close(): Promise<void> {
      await browser.close()
      await Promise.all(servers.map((server) => server.terminate()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Acts once when `count` callers have asked for it. */
function createMeeting(count: number, act: () => Promise<void>): () => Promise<void> {
  let arrived = 0
  let meet = () => {}
  const met = new Promise<void>((resolve) => {
    meet = resolve
  })
  const done = met.then(act)
  return () => {
    arrived += 1
    if (arrived === count) meet()
    return done
  }
}

/** A tab with a chat. */
function tabOf(page: Page) {
  const shown = () => page.evaluate(() => globalThis.chat?.shown())

  /** What the chat shows as soon as `isShown`, or after `ms`. */
  async function within(ms: number, isShown: (chat: ShownChat) => boolean): Promise<ShownChat> {
    const deadline = Date.now() + ms
    for (;;) {
      const chat = await shown()
      if (chat && (isShown(chat) || Date.now() > deadline)) return chat
      if (Date.now() > deadline + 10_000) throw new Error('the page shows no chat')
      await wait(20)
    }
  }
  return {
    within,
    async until(isShown: (chat: ShownChat) => boolean): Promise<ShownChat> {
      const chat = await within(30_000, isShown)
      if (!isShown(chat)) throw new Error(`the chat shows ${JSON.stringify(chat).slice(0, 2_000)}`)
      return chat
    },
    async send(text: string): Promise<void> {
      await until(() => page.evaluate(() => globalThis.chat?.shown().status === 'ready'))
      await page.evaluate((text) => globalThis.chat?.send(text), text)
    },
    stop: () => page.evaluate(() => globalThis.chat?.stop()),
    approve: (id: string) => page.evaluate((id) => globalThis.chat?.approve(id), id),
    leave: () => page.evaluate(() => globalThis.chat?.leave()),
    reload: () => page.reload({ waitUntil: 'commit' }),
    close: () => page.close(),
    /** As when the person comes back to the tab. */
    showAgain: () => page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange'))),
    /** Sends its stop requests to another process of the application. */
    stopsAt: (port: number) =>
      page.route(/\/stop$/, (route) => {
        const url = new URL(route.request().url())
        url.port = String(port)
        return route.continue({ url: url.href })
      }),
    articles: () => page.locator('article[data-role=assistant]').count(),
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
