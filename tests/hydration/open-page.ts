import type { Browser, Page } from 'playwright-core'
import type { ReplyName, ShownReply } from '../bindings/ssr/pages/page-types'
import type { StartedPage } from '../bindings/ssr/pages/start-page'

/** A page as it came from the server, not hydrated yet. */
export interface OpenedPage {
  hydrate(): Promise<void>
  /** Lets the late reply's code arrive. */
  arrive(): Promise<void>
  /** Reads the stream outside of any component, up to a text. */
  readElsewhere(text: string): Promise<void>
  /** What stands on the screen. */
  read(name: ReplyName): Promise<ShownReply>
  /** Waits until what a reply shows is as wanted. */
  until(name: ReplyName, wanted: Partial<ShownReply>): Promise<void>
  /** What a reply was rendered with by the browser, oldest first. */
  rendered(name: ReplyName): Promise<ShownReply[]>
  /** All that was wrong since the page came: words in the console, and what hydrating must not do. */
  problems(): Promise<string[]>
}

declare const started: StartedPage
declare const watched: { problems(): string[] }

export async function openPage(browser: Browser, url: string): Promise<OpenedPage> {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error}`))
  page.on('console', (message) => {
    if (/error|warning/.test(message.type())) complaints.push(`${message.type()}: ${message.text()}`)
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
    problems: async () => [...complaints, ...(await page.evaluate(() => watched.problems()))],
  }
}

/** Two frames, and a request that comes behind all that were sent before it: whatever follows at once has happened. */
async function settle(page: Page) {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve))
    await fetch('/')
  })
}

/** Runs in the page, before anything is hydrated: takes down what happens to the elements that the server sent. */
function watchReplies() {
  const problems: string[] = []
  const watches = [...document.querySelectorAll<HTMLElement>('article')].map((article) => {
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
      // Some frameworks believe what is there, and say nothing.
      if (JSON.stringify(hydrated) !== JSON.stringify(first))
        problems.push(`${name} was hydrated with ${JSON.stringify(hydrated)} where ${JSON.stringify(first)} stood`)
      const shown = {
        text: output.textContent,
        status: article.dataset['status'],
        connection: article.dataset['connection'],
      }
      if (JSON.stringify(shown) !== JSON.stringify(last))
        problems.push(`${name} shows ${JSON.stringify(shown)} for ${JSON.stringify(last)}`)
      const isMarked = article.querySelector('small') !== null
      if (isMarked !== (last.status === 'done')) problems.push(`${name}: the end is marked: ${isMarked}`)
    }
  })
  const check = () => {
    for (const watch of watches) watch()
    return problems
  }
  Object.assign(globalThis, { watched: { problems: check } })
}
