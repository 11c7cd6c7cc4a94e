import { createStreamClient, keepstream, type Snapshot, type StreamState } from '@keepstream/core'
import { createStreams, type Producer, type StreamStore } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../support/until'

// Short, since a process takes nothing up before it has seen the store well for a whole lease of real time.
const leaseMs = 300
const stored = 'The stored beginning. '
const lost = 'What only the driver saw, and no store has.'
const others = 'Other words were written by the process that took it up, and many more of them.'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A server process on a store: what it is asked, and how it dies with what it has not stored. */
function startProcess(store: StreamStore, producer: Producer) {
  let isDead = false
  const asked: string[] = []
  /** Its acts are not answered any more; what it sends its readers still is. */
  const own = new Proxy(store, {
    get: (target, key) => {
      const act = target[key as keyof StreamStore] as (...args: unknown[]) => unknown
      return (...args: unknown[]) => (isDead && key !== 'watch' ? new Promise(() => {}) : act.apply(target, args))
    },
  })
  const streams = createStreams({ store: own, leaseMs, drainMs: 0, settleMs: 1 })
  const handle = streams.handler({
    basePath: '/streams',
    authorize: 'public',
    produce: () => producer,
    canResume: true,
  })
  const client = () => {
    const fetch = async (url: string, init: RequestInit) => {
      asked.push(
        `${init.method ?? 'GET'} ${url
          .split('/')
          .at(-1)
          ?.replace(/^[^?]*/, '')}`,
      )
      return handle(new Request(new URL(url, 'http://localhost'), init))
    }
    return createStreamClient({ ...keepstream({ url: '/streams', fetch }), publishMs: 0, graceMs: 0 })
  }
  return {
    streams,
    asked,
    client,
    die: () => {
      isDead = true
    },
  }
}

/** A driver's state that was ahead of the store when its server died, and the process that took the stream up. */
async function abandoned() {
  let nowMs = 1_000_000
  const store = memoryStore({ now: () => nowMs })
  let say = async (_: string) => {}
  const first = startProcess(store, (append) => {
    say = append
    return new Promise(() => {})
  })
  const id = await first.streams.createStream()
  const driver = first.client().stream(id)
  const leave = driver.attach({ driven: true })
  await until(() => driver.$state.get().connection === 'live')
  await say(stored)
  await until(async () => (await first.streams.getStreamBody(id)).text === stored)
  first.die()
  await say(lost)
  await until(() => driver.$state.get().text === stored + lost)
  const kept = driver.$state.get()
  leave()
  nowMs += 3 * leaseMs

  let goOn = () => {}
  const isAllowed = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const second = startProcess(store, async function* () {
    yield others.slice(0, 30)
    await isAllowed
    yield others.slice(30)
  })
  closing.push(() => second.streams.close(), goOn)
  const taking = second.client().stream(id)
  const leaveTaking = taking.attach({ driven: true })
  closing.push(leaveTaking)
  await until(() => taking.$state.get().text.startsWith(stored + others.slice(0, 30)))
  return { id, kept, second, goOn, taking }
}

const copies: [string, (state: StreamState) => StreamState | Snapshot][] = [
  ['the state', (state) => state],
  ['the state as JSON', (state) => JSON.parse(JSON.stringify(state))],
  ['text and status alone', ({ text, status }) => ({ text, status })],
]

describe('a copy of a driver whose server died with text that it had not stored', () => {
  it.each(copies)('is never half of a mixture: %s is given back while it is written anew', async (_, copy) => {
    const { id, kept, second, goOn } = await abandoned()
    const stream = second.client().stream(id, { initial: copy(kept) })
    const seen = new Set<string>()
    stream.$state.listen(({ text }) => seen.add(text))
    expect(stream.$state.get().text).toBe(stored + lost)
    closing.push(stream.attach())
    await until(() => stream.$state.get().text === stored + others.slice(0, 30))
    goOn()
    await until(() => stream.$state.get().status === 'done')
    expect(stream.$state.get()).toMatchObject({ text: stored + others, isReconciled: true })
    for (const text of seen) expect([stored + lost, stored + others].some((one) => one.startsWith(text))).toBe(true)
  })

  it.each(copies)('is never half of a mixture: %s is given back once it is done', async (_, copy) => {
    const { id, kept, second, goOn, taking } = await abandoned()
    goOn()
    await until(() => taking.$state.get().status === 'done')
    const stream = second.client().stream(id)
    const seen = new Set<string>()
    stream.$state.listen(({ text }) => seen.add(text))
    closing.push(stream.attach({ initial: copy(kept) }))
    await until(() => stream.$state.get().status === 'done')
    expect(stream.$state.get()).toMatchObject({ text: stored + others, isReconciled: true })
    for (const text of seen) expect([stored + lost, stored + others].some((one) => one.startsWith(text))).toBe(true)
  })
})

describe('what a server renders a page with', () => {
  it('says whose text it is, so that the page reads on from its end', async () => {
    const { id, second, goOn } = await abandoned()
    await until(async () => (await second.streams.getStreamBody(id)).text === stored + others.slice(0, 30))
    const initial = await second.streams.getStreamBody(id)
    expect(initial).toEqual({
      text: stored + others.slice(0, 30),
      status: 'streaming',
      epoch: 2,
      base: stored.length,
    })
    second.asked.length = 0
    const stream = second.client().stream(id, { initial })
    expect(stream.$state.get()).toMatchObject(initial)
    closing.push(stream.attach({ initial }))
    goOn()
    await until(() => stream.$state.get().status === 'done')
    expect(stream.$state.get()).toMatchObject({ text: stored + others, isReconciled: false, epoch: 2 })
    expect(second.asked).toEqual([`GET ?offset=${initial.text.length}&epoch=2`])
  })
})
