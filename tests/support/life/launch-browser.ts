import { type AddressInfo, createServer } from 'node:net'
import { type BrowserContext, chromium } from 'playwright-core'
import { chromiumArgs } from '../../runner/chromium.mjs'

export interface LaunchedBrowser {
  /** The browser's only profile, which is new. */
  readonly context: BrowserContext
  close(): Promise<void>
}

/** Playwright's default arguments that turn off the page lifecycle that these tests need. */
const blockingArgs = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

/**
 * Launches Chromium so that its tabs are hidden, frozen and cached as in a user's browser. In a browser that Playwright
 * launches, pages are always focused and visible. So it connects to the launched browser, where it does not change
 * that.
 */
export async function launchBrowser(executablePath: string): Promise<LaunchedBrowser> {
  const port = await findPort()
  const args = [...chromiumArgs, `--remote-debugging-port=${port}`]
  const launched = await chromium.launch({ executablePath, args, ignoreDefaultArgs: blockingArgs })
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true })
  const [context] = browser.contexts()
  if (!context) throw new Error('the browser has no profile')
  return {
    context,
    async close() {
      await browser.close()
      await launched.close()
    },
  }
}

function findPort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
