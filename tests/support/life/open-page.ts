import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Answer } from './answer'
import { parseStreamRequest } from './life-server'
import type { LifePage, Seen } from './page'

declare const life: LifePage

export interface OpenedPage {
  readonly page: Page
  /** The DevTools protocol. */
  readonly devTools: CDPSession
  /** Runs a function without arguments in the current page, also after a navigation. */
  read<Value>(run: () => Value): Promise<Awaited<Value>>
  /**
   * The requests that the page made for an answer, sent or not, oldest first: `drive`, `stop`, or the offset to read
   * from.
   */
  asked(answer: Answer): string[]
  seen(answer: Answer): Promise<Seen[]>
  /** Waits until the latest shown state of an answer meets the condition. */
  until(answer: Answer, condition: (seen: Seen) => boolean): Promise<Seen>
  /** Waits until all text written so far is shown. */
  untilCurrent(answer: Answer): Promise<Seen>
  /** Waits until the page has received an event. */
  untilReported(event: string): Promise<void>
  /** Calls `retry()`. */
  retry(answer: Answer): Promise<void>
  /** Calls `stop()`. Resolves with the status shown afterwards. */
  stop(answer: Answer): Promise<string>
  /** The text on the screen. */
  text(answer: Answer): Promise<string>
}

/** Opens a page of `startLifeServer` in a new tab. */
export async function openPage(context: BrowserContext, url: string): Promise<OpenedPage> {
  const page = await context.newPage()
  const requests: { id: string; what: string }[] = []
  page.on('request', (request) => {
    const streamRequest = parseStreamRequest(new URL(request.url()))
    if (streamRequest) requests.push(streamRequest)
  })
  const devTools = await context.newCDPSession(page)
  await devTools.send('Network.enable')
  await page.goto(url)

  // Playwright's own `evaluate` needs frames, and fails for a page that was restored from the cache.
  async function evaluate(expression: string) {
    const options = { returnByValue: true, awaitPromise: true }
    const { result, exceptionDetails } = await devTools.send('Runtime.evaluate', { expression, ...options })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  const read = <Value>(run: () => Value): Promise<Awaited<Value>> => evaluate(`(${run})()`)
  const events = () => read(() => life.events)
  const seen = async ({ id }: Answer) => (await read(() => life.seen))[id] ?? []

  async function until(answer: Answer, condition: (seen: Seen) => boolean): Promise<Seen> {
    const deadline = Date.now() + 30_000
    for (;;) {
      const last = (await seen(answer)).at(-1)
      if (last && condition(last)) return last
      if (Date.now() > deadline) throw new Error(`the page still shows ${JSON.stringify(last)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  return {
    page,
    devTools,
    read,
    asked: ({ id }) => requests.filter((request) => request.id === id).map(({ what }) => what),
    seen,
    until,
    untilCurrent: (answer) => until(answer, ({ length }) => length === answer.text.length),
    async untilReported(event) {
      await expect.poll(events, { timeout: 20_000, interval: 20 }).toContain(event)
    },
    retry: ({ id }) => evaluate(`life.retry(${JSON.stringify(id)})`),
    stop: ({ id }) => evaluate(`life.stop(${JSON.stringify(id)})`),
    async text({ id }) {
      const all = await read(() =>
        [...document.querySelectorAll('output')].map((output) => [output.id, output.textContent]),
      )
      return all.find(([key]) => key === id)?.[1] ?? ''
    },
  }
}
