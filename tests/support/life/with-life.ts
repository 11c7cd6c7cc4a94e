import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type LaunchedBrowser, launchBrowser } from './launch-browser'
import { type LifeServer, startLifeServer } from './life-server'
import { type OpenedPage, openPage } from './open-page'

export interface LifeUnderTest {
  /** The server. Each test has its own. */
  server(): LifeServer
  /** Opens a page in a new tab. */
  open(url: string): Promise<OpenedPage>
}

/** One Chromium for all tests of a `describe`, and an empty server for each test. */
export function withLife(
  chromiumPath: string | undefined,
  options: Parameters<typeof startLifeServer>[0] = {},
): LifeUnderTest {
  let browser: LaunchedBrowser
  let server: LifeServer

  beforeAll(async () => {
    browser = await launchBrowser(chromiumPath ?? '')
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    server = await startLifeServer(options)
  })
  afterEach(async () => {
    for (const page of browser.context.pages().slice(1)) await page.close()
    await server.close()
  })

  return { server: () => server, open: (url) => openPage(browser.context, url) }
}
