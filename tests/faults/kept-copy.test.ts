import { createStreamClient, type Initial, keepstream, type StreamState } from '@keepstream/core'
import { createStreams, type Producer, type StreamStore } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../support/until'

// Short, since a process resumes streams only after the store was healthy for a whole lease of real time.
const leaseMs = 300
const stored = 'The stored beginning. '
const lost = 'Only the driver has seen this, and no store.'
const others = 'The process that resumed the stream wrote other text, and much more of it.'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A server process on a store. It records its requests, and loses unstored text when it dies. */
function startProcess(store: StreamStore, producer: Producer) {
  let isDead = false
  const requests: string[] = []
  /** After its death, calls to the store never resolve. It still sends text to its readers. */
  const own = new Proxy(store, {
    get: (target, key) => {
      const method = target[key as keyof StreamStore] as (...args: unknown[]) => unknown
      return (...args: unknown[]) => (isDead && key !== 'watch' ? new Promise(() => {}) : method.apply(target, args))
    },
  })
  const streams = createStreams({ store: own, leaseMs, drainMs: 0, settleMs: 1 })
  const handle = streams.handler({
    basePath: '/streams',
    authorize: 'public',
    produce: producer,
    canResume: true,
  })
  const client = () => {
    const fetch = async (url: string, init: RequestInit) => {
      requests.push(
        `${init.method ?? 'GET'} ${url
          .split('/')
          .at(-1)
          ?.replace(/^[^?]*/, '')}`,
      )
      return handle(new Request(new URL(url, 'http://localhost'), init))
    }
    return createStreamClient({ ...keepstream({ url: '/streams', fetch }), throttleMs: 0, graceMs: 0 })
  }
  return {
    streams,
    requests,
    client,
    die: () => {
      isDead = true
    },
  }
}

/**
 * Sets up a driver's state that was ahead of the store when its server died, and the process that resumed the stream.
 */
async function setUpResumedStream() {
  let nowMs = 1_000_000
  const store = memoryStore({ now: () => nowMs })
  let append = async (_: string) => {}
  const first = startProcess(store, (context) => {
    append = context.append
    return new Promise(() => {})
  })
  const id = await first.streams.createStream()
  const driver = first.client().stream(id)
  const leave = driver.attach({ start: true })
  await until(() => driver.$state.get().connection === 'live')
  await append(stored)
  await until(async () => (await first.streams.getStreamBody(id)).text === stored)
  first.die()
  await append(lost)
  await until(() => driver.$state.get().text === stored + lost)
  const kept = driver.$state.get()
  leave()
  nowMs += 3 * leaseMs

  let finish = () => {}
  const canFinish = new Promise<void>((resolve) => {
    finish = resolve
  })
  const second = startProcess(store, async function* () {
    yield others.slice(0, 30)
    await canFinish
    yield others.slice(30)
  })
  closing.push(() => second.streams.close(), finish)
  const resumer = second.client().stream(id)
  const leaveResumer = resumer.attach({ start: true })
  closing.push(leaveResumer)
  await until(() => resumer.$state.get().text.startsWith(stored + others.slice(0, 30)))
  return { id, kept, second, finish, resumer }
}

const copies: [string, (state: StreamState) => StreamState | Initial][] = [
  ['the state', (state) => state],
  ['the state as JSON', (state) => JSON.parse(JSON.stringify(state))],
  ['text and status alone', ({ text, status }) => ({ text, status })],
]

describe('a kept copy of a driver’s state whose server died before it stored all text', () => {
  it.each(copies)('is never mixed with new text when %s is used while the stream is resumed', async (_, copy) => {
    const { id, kept, second, finish } = await setUpResumedStream()
    const stream = second.client().stream(id, { initial: copy(kept) })
    const seen = new Set<string>()
    stream.$state.listen(({ text }) => seen.add(text))
    expect(stream.$state.get().text).toBe(stored + lost)
    closing.push(stream.attach())
    await until(() => stream.$state.get().text === stored + others.slice(0, 30))
    finish()
    await until(() => stream.$state.get().status === 'done')
    expect(stream.$state.get()).toMatchObject({ text: stored + others, isReconciled: true })
    for (const text of seen) expect([stored + lost, stored + others].some((one) => one.startsWith(text))).toBe(true)
  })

  it.each(copies)('is never mixed with new text when %s is used after the stream is done', async (_, copy) => {
    const { id, kept, second, finish, resumer } = await setUpResumedStream()
    finish()
    await until(() => resumer.$state.get().status === 'done')
    const stream = second.client().stream(id)
    const seen = new Set<string>()
    stream.$state.listen(({ text }) => seen.add(text))
    closing.push(stream.attach({ initial: copy(kept) }))
    await until(() => stream.$state.get().status === 'done')
    expect(stream.$state.get()).toMatchObject({ text: stored + others, isReconciled: true })
    for (const text of seen) expect([stored + lost, stored + others].some((one) => one.startsWith(text))).toBe(true)
  })
})

describe('the initial text of a server-rendered page', () => {
  it('contains its epoch, so that the page continues from its end', async () => {
    const { id, second, finish } = await setUpResumedStream()
    await until(async () => (await second.streams.getStreamBody(id)).text === stored + others.slice(0, 30))
    const initial = await second.streams.getStreamBody(id)
    expect(initial).toEqual({
      text: stored + others.slice(0, 30),
      status: 'streaming',
      origin: { epoch: 2, base: stored.length },
    })
    second.requests.length = 0
    const stream = second.client().stream(id, { initial })
    expect(stream.$state.get()).toMatchObject(initial)
    closing.push(stream.attach({ initial }))
    finish()
    await until(() => stream.$state.get().status === 'done')
    expect(stream.$state.get()).toMatchObject({ text: stored + others, isReconciled: false, origin: { epoch: 2 } })
    expect(second.requests).toEqual([`GET ?offset=${initial.text.length}&epoch=2`])
  })
})
