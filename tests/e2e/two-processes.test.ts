import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { answerText } from '../support/answer-text.mjs'
import { createClient } from '../support/create-client'
import { type ServerProcess, startServer } from '../support/server-process'
import { watchStream } from '../support/watch-stream'

const seed = 40
const count = 150

let folder: string
let servers: ServerProcess[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
  const env = { STORE: join(folder, 'streams.db'), LEASE_MS: '5000' }
  servers = await Promise.all([1, 2].map(() => startServer('tests/support/stream-server.mjs', env)))
})

afterEach(async () => {
  await Promise.all(servers.map((server) => server.kill()))
  await rm(folder, { recursive: true, force: true })
})

it('two processes on one database run a producer once, and either serves every reader the whole text', async () => {
  const truth = answerText(seed, count)
  const body = JSON.stringify({ seed, count, delayMs: 8 })
  const created = await fetch(`${servers[0]?.url}/create`, { method: 'POST', body })
  const { id } = (await created.json()) as { id: string }

  const readers = servers.flatMap(({ url }) =>
    [true, true, false, false].map((driven) => {
      const stream = createClient(`${url}/streams`, 'sse').stream(id)
      return { watch: watchStream(stream, truth), detach: stream.attach({ start: driven }) }
    }),
  )
  for (const { watch } of readers) {
    expect(await watch.finished).toMatchObject({ text: truth, status: 'done' })
    expect(watch.violations).toEqual([])
  }
  for (const { detach } of readers) detach()
  const printed = servers.map((server) => server.output()).join('')
  expect(printed.split(`producing ${seed}\n`)).toHaveLength(2)
})
