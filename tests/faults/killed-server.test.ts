import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerText } from '../support/answer-text.mjs'
import { createClient } from '../support/create-client'
import { type ServerProcess, startServer } from '../support/server-process'
import { watchStream } from '../support/watch-stream'

const script = 'tests/support/stream-server.mjs'
// A process that stalls for a third of the lease adds a lease to the wait. A busy machine must not cause that here.
const leaseMs = 3000

let folder: string
let server: ServerProcess
let detaches: (() => void)[] = []

function start(port?: number) {
  const env = { STORE: join(folder, 'streams.db'), LEASE_MS: String(leaseMs) }
  return startServer(script, env, port === undefined ? {} : { port })
}

async function create(answer: { seed: number; count: number; delayMs: number }): Promise<string> {
  const response = await fetch(`${server.url}/create`, { method: 'POST', body: JSON.stringify(answer) })
  return ((await response.json()) as { id: string }).id
}

async function readOnce(id: string) {
  const response = await fetch(`${server.url}/streams/${id}`, { headers: { accept: 'application/json' } })
  return (await response.json()) as { text: string; status: string }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
  server = await start()
})

afterEach(async () => {
  for (const detach of detaches) detach()
  detaches = []
  await server.kill()
  await rm(folder, { recursive: true, force: true })
})

describe('a server that is killed mid-answer and started again', () => {
  it('returns the stored prefixes as stalled, then as timeout, and never as done', async () => {
    // The answers have different speeds, so that the kill cuts each at a different place.
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const seed = 100 + index
        const id = await create({ seed, count: 500, delayMs: 12 + 4 * index })
        return { id, truth: answerText(seed, 500) }
      }),
    )
    const read = ({ id, truth }: { id: string; truth: string }, driven: boolean) => {
      const stream = createClient(`${server.url}/streams`, 'sse').stream(id)
      const watch = watchStream(stream, truth)
      detaches.push(stream.attach({ start: driven }))
      return watch
    }
    const drivers = answers.map((answer) => read(answer, true))
    const followers = answers.map((answer) => read(answer, false))
    await Promise.all(followers.map((follower) => follower.until(({ text }) => text.length > 200)))
    const acknowledged = await Promise.all(answers.map(({ id }) => readOnce(id)))

    await server.kill()
    server = await start(server.port)
    const found = await Promise.all(answers.map(({ id }) => readOnce(id)))
    for (const [index, { text, status }] of found.entries()) {
      expect(text.startsWith(acknowledged[index]?.text ?? '-')).toBe(true)
      expect(answers[index]?.truth.startsWith(text)).toBe(true)
      expect(text.length).toBeLessThan(answers[index]?.truth.length ?? 0)
      expect(status).toBe('streaming')
    }

    // All readers first show that the stream is stalled, and later that it timed out.
    await Promise.all([...drivers, ...followers].map((watch) => watch.until(({ isStalled }) => isStalled)))
    const statuses = new Set<string>()
    for (const { id } of answers) {
      for (let { status } = await readOnce(id); status === 'streaming'; { status } = await readOnce(id)) {
        statuses.add(status)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    expect([...statuses]).toEqual(['streaming'])
    for (const [index, { id }] of answers.entries()) {
      expect(await readOnce(id)).toMatchObject({ status: 'timeout', text: found[index]?.text })
      expect(await followers[index]?.finished).toMatchObject({
        status: 'timeout',
        text: found[index]?.text,
        isStalled: false,
        error: { code: 'timeout' },
      })
      const driven = await drivers[index]?.finished
      expect(driven?.status).toBe('timeout')
      expect(driven?.text.startsWith(found[index]?.text ?? '-')).toBe(true)
    }
    expect([...drivers, ...followers].flatMap(({ violations }) => violations)).toEqual([])
  })

  it('returns a finished answer unchanged', async () => {
    const truth = answerText(8, 30)
    const id = await create({ seed: 8, count: 30, delayMs: 1 })
    const stream = createClient(`${server.url}/streams`, 'sse').stream(id)
    const watch = watchStream(stream, truth)
    detaches.push(stream.attach({ start: true }))
    expect((await watch.finished).text).toBe(truth)

    await server.kill()
    server = await start(server.port)
    expect(await readOnce(id)).toMatchObject({ text: truth, status: 'done' })
    const again = createClient(`${server.url}/streams`, 'sse').stream(id)
    const watchAgain = watchStream(again, truth)
    detaches.push(again.attach())
    expect(await watchAgain.finished).toMatchObject({ text: truth, status: 'done' })
    expect([...watch.violations, ...watchAgain.violations]).toEqual([])
  })

  it('keeps an acknowledged deletion', async () => {
    const id = await create({ seed: 9, count: 10, delayMs: 1 })
    const deleted = await fetch(`${server.url}/streams/${id}`, { method: 'DELETE' })
    expect(deleted.status).toBe(204)
    await server.kill()
    server = await start(server.port)
    expect((await fetch(`${server.url}/streams/${id}`)).status).toBe(404)
  })
})

describe('a server that receives SIGTERM mid-answer', () => {
  it('finishes the answer, stores it, and ends with code 0', async () => {
    const truth = answerText(10, 80)
    const id = await create({ seed: 10, count: 80, delayMs: 10 })
    const stream = createClient(`${server.url}/streams`, 'sse').stream(id)
    const watch = watchStream(stream, truth)
    detaches.push(stream.attach({ start: true }))
    await watch.until(({ text }) => text.length > 100)
    expect(stream.$state.get().status).toBe('streaming')
    expect(await server.terminate(), server.output()).toBe(0)

    server = await start(server.port)
    expect(await readOnce(id)).toMatchObject({ text: truth, status: 'done' })
    expect(await watch.finished).toMatchObject({ text: truth, status: 'done' })
    expect(watch.violations).toEqual([])
  })
})
