import { type AddressInfo, createServer } from 'node:net'
import { type BrowserContext, chromium } from 'playwright-core'
import { chromiumArgs } from '../../runner/chromium.mjs'

export interface LaunchedBrowser {
  /** Its one profile, which is new. */
  readonly context: BrowserContext
  close(): Promise<void>
}

/** What Playwright turns off for every browser it launches, and a page's life consists of. */
const hindrances = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

/**
 * Chromium whose tabs are hidden, frozen and put away as a person's are. A page that Playwright opens is always focused and
 * visible, so these are opened in a browser it is connected to, where it leaves such things alone.
 */
export async function launchBrowser(executablePath: string): Promise<LaunchedBrowser> {
  const port = await findPort()
  const args = [...chromiumArgs, `--remote-debugging-port=${port}`]
  const launched = await chromium.launch({ executablePath, args, ignoreDefaultArgs: hindrances })
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
