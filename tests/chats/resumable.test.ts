import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { DefaultChatTransport, type UIMessage } from 'ai'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../runner/chromium.mjs'
import { findRedis } from '../runner/redis.mjs'
import { isLongRun } from '../support/is-long-run'
import { type RedisServer, startRedis } from '../support/redis-server'
import { buildChat } from './build-chat'
import { type Chats, type ChatWorld, openChatWorld } from './chat-world'
import { cutsRow, playCuts } from './play-cuts'
import { scenarios } from './scenarios'

const isPossible = findChromium() !== undefined && findRedis() !== undefined

/** `npm run test:long` plays them: what another package does changes only with its version. */
const describeInLongRun = isLongRun ? describe.skipIf(!isPossible) : undefined

/**
 * The same scenarios over the AI SDK's own transport with resumable-stream, as its documentation sets it up. What it does
 * differently is declared in the scenarios, so that a new version that does something else is noticed. React alone, because the
 * transport and the server decide; and only its `useChat` resumes when the page is shown again.
 */
describeInLongRun?.('useChat of the AI SDK over resumable-stream, in Chromium', () => {
  let redis: RedisServer
  let world: ChatWorld
  let chats: Chats
  beforeAll(async () => {
    redis = await startRedis()
    world = await openChatWorld(await buildChat('resumable', 'resumable', 'react'), { REDIS_URL: redis.url })
    chats = world.chatsIn('react')
  })
  afterEach(() => world.clear())
  afterAll(async () => {
    await world?.close()
    await redis?.stop()
  })

  for (const { name, play, resumable } of scenarios)
    it(`${name}: ${resumable.says}`, async () => {
      expect(await play(chats)).toEqual(resumable.facts)
    })

  it(`${cutsRow.name}: ${cutsRow.resumable.says}`, async () => {
    const answers = await playCuts({
      port: world.port(),
      isAnswer: (path) => path === '/api/chat',
      createTransport: (url) => new DefaultChatTransport<UIMessage>({ api: `${url}/api/chat` }),
    })
    for (const { outcome } of answers) expect(outcome).toEqual({ status: 'error', text: 'part' })
  })
})

it('docs/use-chat.md has the table of the scenarios, and the versions that were compared', async () => {
  const page = await readFile(new URL('../../docs/use-chat.md', import.meta.url), 'utf8')
  const rows = [...scenarios, cutsRow].map(
    ({ name, keepstream, resumable }) => `| ${name} | ${keepstream.says} | ${resumable.says} |`,
  )
  expect(page).toContain(`| --- | --- | --- |\n${rows.join('\n')}\n\n`)
  for (const name of ['@ai-sdk/react', 'resumable-stream']) expect(page).toContain(`\`${name}\` ${versionOf(name)}`)
})

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version
