import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { connectChromium, openPlayground, type PlaygroundPage } from './playground-page'
import { type ServerProcess, startServer } from './server-process'

export interface PlaygroundUnderTest {
  /** The server's address. Each test has its own server. */
  url(): string
  /** Opens a path of the server in a new browser profile. */
  open(path: string, options?: { isNetworkFaulty?: boolean }): Promise<PlaygroundPage>
}

/** Pages in the shared browser, and an empty server for each test. */
export function withPlayground({
  answerSpeed = 3,
  env: more = () => ({}),
}: {
  answerSpeed?: number
  env?: () => Record<string, string>
} = {}): PlaygroundUnderTest {
  let browser: Browser
  let folder: string
  let server: ServerProcess

  beforeAll(async () => {
    browser = await connectChromium()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
    const env = { DATA_DIR: folder, ANSWER_SPEED: String(answerSpeed), HOST: '127.0.0.1', ...more() }
    server = await startServer('playground/dist/server.js', env, { readyPath: '/api/chats' })
  })
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  })

  return {
    url: () => server.url,
    open: (path, options) => openPlayground(browser, server.url + path, options),
  }
}
