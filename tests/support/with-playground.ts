import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { connectChromium, openPlayground, type PlaygroundPage } from './playground-page'
import { type ServerProcess, startServer } from './server-process'

export interface PlaygroundUnderTest {
  /** The server's address. */
  url(): string
  /** Opens a path of the server in a new browser profile. */
  open(path: string, options?: { isNetworkFaulty?: boolean }): Promise<PlaygroundPage>
}

export interface PlaygroundOptions {
  /** How many times faster than a language model the server answers. @default 3 */
  readonly answerSpeed?: number
  /** Environment variables for the server. It is called before the server starts. */
  readonly env?: () => Record<string, string>
  /** Whether each test has its own server. @default false */
  readonly isServerFresh?: boolean
}

/** Pages in the shared browser, and a server, which is empty before the first test of the `describe`. */
export function withPlayground({
  answerSpeed = 3,
  env: more = () => ({}),
  isServerFresh = false,
}: PlaygroundOptions = {}): PlaygroundUnderTest {
  let browser: Browser
  let folder: string
  let server: ServerProcess

  beforeAll(async () => {
    browser = await connectChromium()
  })
  const [beforeServer, afterServer] = isServerFresh ? [beforeEach, afterEach] : [beforeAll, afterAll]
  beforeServer(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
    const env = { DATA_DIR: folder, ANSWER_SPEED: String(answerSpeed), HOST: '127.0.0.1', ...more() }
    server = await startServer('playground/dist/server.js', env, { readyPath: '/api/chats' })
  })
  afterAll(() => browser?.close())
  afterServer(async () => {
    await server?.kill()
    if (folder) await rm(folder, { recursive: true, force: true })
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
  })

  return {
    url: () => server.url,
    open: (path, options) => openPlayground(browser, server.url + path, options),
  }
}
