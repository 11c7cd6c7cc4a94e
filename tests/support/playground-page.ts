import { type Browser, chromium, type Page } from 'playwright-core'
import { inject } from 'vitest'
import { isLongRun } from './is-long-run'
import { serializeView } from './serialize-view'

export type PaneName = 'Driver' | 'Follower'

/** The frameworks that can render a pane, as the page names them. */
export const frameworkNames = ['React', 'Vue', 'Svelte', 'Solid'] as const
export type FrameworkName = (typeof frameworkNames)[number]

/** The frameworks that a test tries: one in the test command, all of them in `npm run test:long`. */
export function frameworksOr(one: FrameworkName): readonly FrameworkName[] {
  return isLongRun ? frameworkNames : [one]
}

/** The last answer as a pane shows it. */
export interface ShownAnswer {
  readonly status: string
  readonly connection: string
  /** The length of the stream's text up to here, with the marks of its parts. */
  readonly characters: number
  /** The parts of the answer, the same from every framework. */
  readonly html: string
}

/** What the tests add to the page. */
interface PageScope {
  readonly serializeView: typeof serializeView
}

export interface PlaygroundPage {
  readonly page: Page
  /** Chooses another framework for a pane, and waits until it renders the pane. */
  choose(pane: PaneName, framework: FrameworkName): Promise<void>
  /** The framework that renders a pane. */
  framework(pane: PaneName): Promise<string | null>
  ask(question: string): Promise<void>
  read(pane: PaneName): Promise<ShownAnswer>
  /** Waits until the answer in a pane meets the condition. */
  until(pane: PaneName, condition: (answer: ShownAnswer) => boolean): Promise<ShownAnswer>
  /** The distance in pixels that a pane is scrolled away from its end. */
  toEnd(pane: PaneName): Promise<number>
  /** Errors in the console, and each time an answer became shorter on the screen or disappeared. */
  problems(): Promise<string[]>
}

/** Connects to the browser that all test files of the project share. Closing it closes only the caller's pages. */
export function connectChromium(): Promise<Browser> {
  const endpoint = inject('browserEndpoint')
  if (endpoint === undefined) throw new Error('this Vitest project does not launch a browser: see browser-server.ts')
  return chromium.connect(endpoint)
}

/**
 * Opens the playground in a new browser profile.
 *
 * @param options.isNetworkFaulty the test stops the server on purpose, so network errors in the console are expected
 */
export async function openPlayground(
  browser: Browser,
  url: string,
  options: { isNetworkFaulty?: boolean } = {},
): Promise<PlaygroundPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
  await context.addInitScript(watchForShrinking)
  await context.addInitScript(`globalThis.serializeView = ${serializeView}`)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)))
  page.on('console', (message) => {
    const isNetwork = message.text().includes('net::ERR_')
    if (message.type() === 'error' && !(isNetwork && options.isNetworkFaulty)) errors.push(message.text())
  })
  await page.goto(url)
  const region = (pane: PaneName) => page.getByRole('region', { name: pane, exact: true })

  async function read(pane: PaneName): Promise<ShownAnswer> {
    const answer = region(pane).getByRole('article').last()
    if ((await answer.count()) === 0) return { status: '', connection: '', characters: 0, html: '' }
    return answer.evaluate((element) => ({
      status: element.querySelector('[data-status]')?.textContent ?? '',
      connection: element.querySelector('[data-connection]')?.textContent ?? '',
      characters: Number(element.querySelector('.count')?.textContent?.replace(/\D/g, '') ?? 0),
      html: (globalThis as unknown as PageScope).serializeView(element.querySelector('.parts')),
    }))
  }

  async function until(pane: PaneName, condition: (answer: ShownAnswer) => boolean) {
    const deadline = Date.now() + 60_000
    for (;;) {
      const answer = await read(pane)
      if (condition(answer)) return answer
      if (Date.now() > deadline) throw new Error(`${pane} still shows ${JSON.stringify({ ...answer, html: '…' })}`)
      await page.waitForTimeout(100)
    }
  }

  return {
    page,
    async choose(pane, framework) {
      await region(pane).getByText(framework, { exact: true }).click()
      await region(pane).locator(`.pane-view[data-framework="${framework.toLowerCase()}"]`).waitFor()
    },
    framework: (pane) => region(pane).locator('.pane-view').getAttribute('data-framework'),
    async ask(question) {
      await page.getByLabel('Your question').fill(question)
      await page.keyboard.press('Enter')
    },
    read,
    until,
    toEnd: (pane) =>
      region(pane)
        .locator('.scroller')
        .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight),
    async problems() {
      const { shrunk, known } = await page.evaluate(() => {
        const watched = globalThis as unknown as { shrunk: string[]; known: Map<string, number> }
        return { shrunk: watched.shrunk, known: watched.known.size }
      })
      return [...errors, ...shrunk, ...(known === 0 ? ['no answer was watched for shrinking'] : [])]
    },
  }
}

export interface HeldRequests {
  /** Resolves with the first held request. */
  readonly arrival: Promise<void>
  release(): void
}

/** Holds back the page's POST requests to an address until they are released. */
export async function holdRequests(page: Page, url: string): Promise<HeldRequests> {
  let arrive = () => {}
  let release = () => {}
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(url, async (route) => {
    if (route.request().method() === 'POST') {
      arrive()
      await released
    }
    await route.fallback()
  })
  return { arrival, release: () => release() }
}

/** Runs in the page. Records each time the character count of an answer goes down or an answer disappears. */
function watchForShrinking() {
  const shrunk: string[] = []
  const known = new Map<string, number>()
  Object.assign(globalThis, { shrunk, known })
  new MutationObserver(() => {
    const missing = new Set([...known.keys()].filter((key) => key.endsWith(` in ${location.pathname}`)))
    for (const answer of document.querySelectorAll('section[data-kind] article')) {
      const pane = answer.closest<HTMLElement>('section[data-kind]')?.dataset['kind']
      const key = `${pane}: ${answer.getAttribute('aria-label')} in ${location.pathname}`
      const count = Number(answer.querySelector('.count')?.textContent?.replace(/\D/g, '') ?? 0)
      const before = known.get(key) ?? 0
      if (count < before) shrunk.push(`${key}: ${before} became ${count}`)
      known.set(key, count)
      missing.delete(key)
    }
    for (const key of missing) shrunk.push(`${key}: gone`)
  }).observe(document, { subtree: true, childList: true, characterData: true })
}
