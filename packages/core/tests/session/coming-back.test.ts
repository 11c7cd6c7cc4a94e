import { createStreamClient, keepstream } from '@keepstream/core'
import { reactNativeEnvironment } from '@keepstream/core/react-native'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeFetch, json, openBody } from '../support/fake-fetch'
import { fakePage } from '../support/fake-page'
import { fakeFetcher } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown, WAITS } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

let page: ReturnType<typeof fakePage>
beforeEach(() => {
  page = fakePage()
})

/** A reader in mid-answer, 7 s after the last byte. */
async function inMidAnswer(driven: boolean) {
  const stored = { text: 'Hello', status: 'streaming' }
  const channels: ReturnType<typeof openBody>[] = []
  const fetch = fakeFetch(({ url, init, headers }) => {
    const offset = Number(/offset=(\d+)/.exec(url)?.[1] ?? 0)
    if (headers.get('accept') === 'application/json')
      return json({ ...stored, offset, text: stored.text.slice(offset), epoch: 1, base: 0, upToDate: true })
    const body = openBody(SSE, { init })
    channels.push(body)
    body.send(wire.text(stored.text.length, stored.text.slice(offset), 1))
    return body.response
  })
  const client = createStreamClient({ ...keepstream({ url: '/streams', fetch }), poll: WAITS, retry: WAITS })
  const reply = client.stream('a')
  reply.attach({ start: driven })
  await pass(7000)
  expect(shown(reply)).toMatchObject({ text: 'Hello', connection: 'live' })
  return { stored, channels, fetch, reply }
}

const signs: [string, () => void][] = [
  ['is looked at again', () => page.hide(false)],
  ['is online again', () => page.connect(true)],
]

describe.each([false, true])('a page (driving: %s) whose connection died unnoticed', (driven) => {
  it.each(signs)('and which %s shows what is new 2 s later, and drives nothing twice', async (_, sign) => {
    const { stored, reply, fetch } = await inMidAnswer(driven)
    stored.text = 'Hello, world'
    sign()
    await pass(1900)
    expect(fetch.requests).toHaveLength(1)
    await pass(150)
    const methods = () => fetch.requests.map(({ method }) => method)
    // The drive is closed because the store has more. A follower's connection stays until keep-alives are missing.
    expect(methods()).toEqual(driven ? ['POST', 'GET', 'GET'] : ['GET', 'GET'])
    await pass(100)
    expect(shown(reply)).toMatchObject({ text: 'Hello, world', status: 'streaming' })
    await pass(60_000)
    expect(methods().filter((method) => method === 'POST')).toHaveLength(driven ? 1 : 0)
  })

  it('and which slept, as a late timer shows, probes as well', async () => {
    const { stored, fetch } = await inMidAnswer(driven)
    stored.text = 'Hello, world'
    vi.setSystemTime(Date.now() + 8000)
    await pass(5000)
    await pass(2000)
    expect(fetch.requests.length).toBeGreaterThan(1)
  })
})

describe.each([false, true])('a page (driving: %s) whose connection is alive', (driven) => {
  it.each(signs)('and which %s asks nothing when a byte comes in time', async (_, sign) => {
    const { channels, fetch } = await inMidAnswer(driven)
    sign()
    await pass(1000)
    channels[0]?.send(wire.keepAlive)
    await pass(7000)
    expect([fetch.requests.length, channels[0]?.isOver]).toEqual([1, false])
  })

  it.each(signs)('and which %s reads beside it while it is silent, and keeps it', async (_, sign) => {
    const { channels, fetch, reply } = await inMidAnswer(driven)
    sign()
    await pass(6000)
    const count = fetch.requests.length
    expect(count).toBeGreaterThan(2)
    expect(shown(reply).connection).toBe('live')
    channels[0]?.send(wire.keepAlive)
    await pass(8000)
    expect([fetch.requests.length, channels[0]?.isOver, channels.length]).toEqual([count, false, 1])
  })

  it('and which is switched to and fro makes no hot loop', async () => {
    const { channels, fetch } = await inMidAnswer(driven)
    for (let time = 0; time < 400; time++) {
      page.hide(time % 2 === 0)
      page.connect(true)
      await pass(40)
      if (time % 100 === 99) channels[0]?.send(wire.keepAlive)
    }
    // In 16 s: at most the waits of `poll`, 800 ms in the end, while it is silent.
    expect(fetch.requests.length).toBeLessThan(25)
    expect(channels).toHaveLength(1)
  })
})

describe('other sources', () => {
  it('are polled again when a poll hangs', async () => {
    let isHanging = true
    const snapshot = fakeFetcher(() =>
      isHanging ? new Promise(() => {}) : { offset: 0, text: 'Hello', status: 'streaming' as const },
    )
    const { client } = setup({ snapshot })
    const reply = client.stream('a')
    reply.attach()
    await pass(1000)
    isHanging = false
    page.hide(false)
    await pass(2100)
    expect(shown(reply).text).toBe('Hello')
    await pass(5000)
    expect(snapshot.reads.length).toBeGreaterThan(3)
  })

  it('without keep-alives are probed once for a sign', async () => {
    const snapshot = fakeFetcher(() => ({ offset: 0, text: 'Hello', status: 'streaming' }))
    const { client, live } = setup({ snapshot })
    const reply = client.stream('a')
    reply.attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'Hello' })
    await pass(5000)
    page.hide(false)
    await pass(10_000)
    expect(snapshot.reads).toHaveLength(1)
    expect(live.last.request.signal.aborted).toBe(false)
  })
})

describe('an app in React Native', () => {
  it('that becomes active probes like a page that becomes visible again', async () => {
    let tell = (_: string) => {}
    const AppState = {
      currentState: 'active',
      addEventListener: (_: 'change', listener: (state: string) => void) => {
        const before = tell
        tell = (state) => {
          before(state)
          listener(state)
        }
        return { remove() {} }
      },
    }
    const stored = { text: 'Hello', status: 'streaming' as const }
    const opened: AbortSignal[] = []
    const client = createStreamClient({
      snapshot: {
        stallMs: 25_000,
        read: async ({ offset }) => ({ ...stored, offset, text: stored.text.slice(offset) }),
        open({ signal }, { next }) {
          opened.push(signal)
          next({ offset: 0, ...stored })
          return new Promise(() => {})
        },
      },
      environment: reactNativeEnvironment({ AppState }),
    })
    const reply = client.stream('a')
    reply.attach()
    await pass(7000)
    stored.text = 'Hello, world'
    tell('active')
    await pass(2100)
    expect(shown(reply).text).toBe('Hello, world')
    expect(opened.map(({ aborted }) => aborted)).toEqual([false])
  })
})
