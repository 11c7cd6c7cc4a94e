import type { Page } from 'playwright-core'
import type { ReplyName, ShownReply } from '../bindings/ssr/pages/page-types'
import type { StartedPage } from '../bindings/ssr/pages/start-page'

/** A page as the server sent it, not hydrated yet. */
export interface OpenedPage {
  hydrate(): Promise<void>
  /** Lets the late reply's code arrive. */
  arrive(): Promise<void>
  /** Reads the stream outside of any component, until it has this text. */
  readElsewhere(text: string): Promise<void>
  /** What a reply shows on the screen. */
  read(name: ReplyName): Promise<ShownReply>
  /** Waits until a reply shows what is expected. */
  until(name: ReplyName, expected: Partial<ShownReply>): Promise<void>
  /** What each render of a reply in the browser showed, oldest first. */
  rendered(name: ReplyName): Promise<ShownReply[]>
  /** All problems since the page loaded: messages in the console, and forbidden effects of hydration. */
  problems(): Promise<string[]>
}

declare const started: StartedPage
declare const watched: { problems(): string[] }

/** Opens an address in a page, in place of what it shows. Chromium takes a second of work for a new page. */
export async function openPage(page: Page, url: string): Promise<OpenedPage> {
  page.removeAllListeners('pageerror').removeAllListeners('console')
  const messages: string[] = []
  page.on('pageerror', (error) => messages.push(`error: ${error}`))
  page.on('console', (message) => {
    if (/error|warning/.test(message.type())) messages.push(`${message.type()}: ${message.text()}`)
  })
  await page.goto(url)
  await page.waitForFunction(() => 'started' in globalThis)
  await page.evaluate(watchReplies)

  return {
    async hydrate() {
      await page.evaluate(() => started.hydrate())
      await settle(page)
    },
    async arrive() {
      await page.evaluate(() => started.arrive())
      await settle(page)
    },
    readElsewhere: (text) => page.evaluate((text) => started.readElsewhere(text), text),
    read: (name) =>
      page.evaluate((name) => {
        const article = document.getElementById(name)
        const { status, connection } = article?.dataset ?? {}
        return { text: article?.querySelector('output')?.textContent, status, connection } as ShownReply
      }, name),
    async until(name, { text, status, connection }) {
      const selector = `#${name}${status ? `[data-status=${status}]` : ''}${connection ? `[data-connection=${connection}]` : ''}`
      await page.waitForFunction(
        ([selector, text]) => {
          const article = document.querySelector(selector)
          return article && (text === undefined || article.querySelector('output')?.textContent === text)
        },
        [selector, text] as const,
        { timeout: 15_000 },
      )
    },
    rendered: (name) => page.evaluate((name) => started.rendered[name], name),
    problems: async () => [...messages, ...(await page.evaluate(() => watched.problems()))],
  }
}

/** Waits for two frames and for a request that was sent after all others, so that immediate effects are done. */
async function settle(page: Page) {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve))
    await fetch('/')
  })
}

/** Runs in the page before hydration. Records what happens to the elements that the server sent. */
function watchReplies() {
  const problems: string[] = []
  const checks = [...document.querySelectorAll<HTMLElement>('article')].map((article) => {
    const name = article.id as ReplyName
    const output = article.querySelector('output') as HTMLElement
    const { status, connection } = article.dataset
    const first = { text: output.textContent, status, connection } as ShownReply
    let before = output.textContent
    new MutationObserver(() => {
      const text = output.textContent
      if (!text.startsWith(before))
        problems.push(`${name} showed ${JSON.stringify(text)} after ${JSON.stringify(before)}`)
      before = text
    }).observe(output, { childList: true, characterData: true, subtree: true })

    return () => {
      const now = document.getElementById(name)
      if (now !== article) problems.push(`${name}: the server's article is no longer there`)
      if (now?.querySelector('output') !== output) problems.push(`${name}: the server's output is no longer there`)
      const [hydrated = first] = started.rendered[name]
      const last = started.rendered[name].at(-1) ?? first
      // Some frameworks accept the existing markup and report nothing.
      if (JSON.stringify(hydrated) !== JSON.stringify(first))
        problems.push(`${name} was hydrated with ${JSON.stringify(hydrated)} in place of ${JSON.stringify(first)}`)
      const shown = {
        text: output.textContent,
        status: article.dataset['status'],
        connection: article.dataset['connection'],
      }
      if (JSON.stringify(shown) !== JSON.stringify(last))
        problems.push(`${name} shows ${JSON.stringify(shown)} instead of ${JSON.stringify(last)}`)
      const isMarked = article.querySelector('small') !== null
      if (isMarked !== (last.status === 'done')) problems.push(`${name}: the end mark is shown: ${isMarked}`)
    }
  })
  const problemsNow = () => {
    for (const check of checks) check()
    return problems
  }
  Object.assign(globalThis, { watched: { problems: problemsNow } })
}
