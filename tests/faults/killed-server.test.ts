import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerText } from '../support/answer-text.mjs'
import { createClient } from '../support/create-client'
import { type ServerProcess, startServer } from '../support/server-process'
import { watchStream } from '../support/watch-stream'

const script = 'tests/support/sqlite-server.mjs'
const leaseMs = 1500

let folder: string
let server: ServerProcess

function start(port?: number) {
  const env = { DATABASE: join(folder, 'streams.db'), LEASE_MS: String(leaseMs) }
  return startServer(script, env, port === undefined ? {} : { port })
}

async function create(answer: { seed: number; count: number; delayMs: number }): Promise<string> {
  const response = await fetch(`${server.url}/create`, { method: 'POST', body: JSON.stringify(answer) })
  return ((await response.json()) as { id: string }).id
}

async function look(id: string) {
  const response = await fetch(`${server.url}/streams/${id}`, { headers: { accept: 'application/json' } })
  return (await response.json()) as { text: string; status: string }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keepstream-'))
  server = await start()
})

afterEach(async () => {
  await server.kill()
  await rm(folder, { recursive: true, force: true })
})

describe('a server that is killed in mid-answer and started again', () => {
  it('has the stored prefix, calls it timeout within two leases, and never done', async () => {
    const truth = answerText(7, 400)
    const id = await create({ seed: 7, count: 400, delayMs: 20 })
    const driver = createClient(`${server.url}/streams`, 'sse').stream(id)
    const follower = createClient(`${server.url}/streams`, 'sse').stream(id)
    const driving = watchStream(driver, truth)
    const following = watchStream(follower, truth)
    const detachDriver = driver.attach({ driven: true })
    const detachFollower = follower.attach()
    await following.until(({ text }) => text.length > 200)
    const stored = (await look(id)).text

    await server.kill()
    const killed = performance.now()
    server = await start(server.port)
    const found = await look(id)
    expect(found.text.startsWith(stored)).toBe(true)
    expect(truth.startsWith(found.text)).toBe(true)
    expect(found.text.length).toBeLessThan(truth.length)

    const statuses = new Set([found.status])
    const isOver = () => performance.now() - killed > 2 * leaseMs
    while (!isOver()) {
      statuses.add((await look(id)).status)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const last = await look(id)
    statuses.add(last.status)
    expect([...statuses]).toEqual(['streaming', 'timeout'])
    expect(last.text).toBe(found.text)

    const [driven, followed] = await Promise.all([driving.finished, following.finished])
    expect(driven.status).toBe('timeout')
    expect(followed).toMatchObject({ status: 'timeout', text: found.text })
    expect(driven.text.startsWith(found.text)).toBe(true)
    expect([...driving.violations, ...following.violations]).toEqual([])
    detachDriver()
    detachFollower()
  })

  it('has a finished answer as it was', async () => {
    const truth = answerText(8, 30)
    const id = await create({ seed: 8, count: 30, delayMs: 1 })
    const stream = createClient(`${server.url}/streams`, 'sse').stream(id)
    const watch = watchStream(stream, truth)
    const detach = stream.attach({ driven: true })
    expect((await watch.finished).text).toBe(truth)
    detach()

    await server.kill()
    server = await start(server.port)
    expect(await look(id)).toMatchObject({ text: truth, status: 'done' })
    const again = createClient(`${server.url}/streams`, 'sse').stream(id)
    const watchAgain = watchStream(again, truth)
    const detachAgain = again.attach()
    expect(await watchAgain.finished).toMatchObject({ text: truth, status: 'done' })
    detachAgain()
    expect([...watch.violations, ...watchAgain.violations]).toEqual([])
  })

  it('has a deletion that was acknowledged', async () => {
    const id = await create({ seed: 9, count: 10, delayMs: 1 })
    const deleted = await fetch(`${server.url}/streams/${id}`, { method: 'DELETE' })
    expect(deleted.status).toBe(204)
    await server.kill()
    server = await start(server.port)
    expect((await fetch(`${server.url}/streams/${id}`)).status).toBe(404)
  })
})

describe('a server that is asked to end in mid-answer', () => {
  it('finishes the answer, stores it, and ends with code 0', async () => {
    const truth = answerText(10, 80)
    const id = await create({ seed: 10, count: 80, delayMs: 10 })
    const stream = createClient(`${server.url}/streams`, 'sse').stream(id)
    const watch = watchStream(stream, truth)
    const detach = stream.attach({ driven: true })
    await watch.until(({ text }) => text.length > 100)
    expect(stream.$state.get().status).toBe('streaming')
    expect(await server.terminate(), server.output()).toBe(0)

    server = await start(server.port)
    expect(await look(id)).toMatchObject({ text: truth, status: 'done' })
    expect(await watch.finished).toMatchObject({ text: truth, status: 'done' })
    expect(watch.violations).toEqual([])
    detach()
  })
})
