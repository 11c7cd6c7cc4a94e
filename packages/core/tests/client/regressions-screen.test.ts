import { createStreamClient, fetchLive, fetchSnapshot } from '@keepstream/core'
import { fakeStream } from '@keepstream/core/testing'
import { describe, expect, it } from 'vitest'
import { bodyOf, fakeFetch, json } from '../support/fake-fetch'
import { fakePage } from '../support/fake-page'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { GRACE_MS, setup, shown, WAITS } from '../support/setup'

useFakeTime()

/** Problems that users of related projects had. Each test is named after one of them. */
describe('mobile, tabs and networks', () => {
  it.each(['Load failed', 'Failed to fetch', 'NetworkError when attempting to fetch resource.', ''])(
    'tells a lost connection by its phase, never by its message, here "%s"',
    async (message) => {
      const { client, live, tail } = setup()
      const stream = client.stream('a')
      stream.attach({ start: true })
      await settle()
      live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
      live.last.fail(new TypeError(message))
      await pass(1000)
      expect(tail.last.request.offset).toBe(5)
      tail.last.sink.next({ offset: 5, text: '!', status: 'done', origin: { epoch: 1, base: 0 } })
      expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done', error: undefined })
    },
  )

  it('never posts again because a tab was switched, and does not get stuck by quick changes', async () => {
    const page = fakePage()
    const { client, live, tail } = setup({ canRepeat: true })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
    for (let change = 0; change < 20; change++) {
      const reported = ['visibilitychange', 'focus', 'offline', 'online', 'pageshow']
      for (const type of reported) page.tell(type)
      if (change === 10) live.last.fail(new TypeError('Load failed'))
      await pass(10)
    }
    await pass(5000)
    expect(live.opened).toHaveLength(1)
    tail.last.sink.next({ offset: 5, text: '!', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done' })
    expect(page.listenerCount).toBe(0)
  })

  it('ends up right when frames never come, as in a hidden tab (P8)', async () => {
    fakePage()
    const { client, live } = setup()
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    for (let offset = 0; offset < 100; offset++) live.last.sink.chunk({ offset, text: 'x' })
    await pass(1000)
    expect(shown(stream).text).toHaveLength(100)
    live.last.sink.end({ end: 100, status: 'done' })
    expect(shown(stream).status).toBe('done')
  })

  it('is carried by the snapshot where fetch has no body stream, as in React Native', async () => {
    const fetch = fakeFetch(({ method }) => {
      if (method === 'GET') return json({ offset: 0, text: 'Hello', status: 'done' })
      const response = bodyOf(['Hello'])
      Object.defineProperty(response, 'body', { value: undefined })
      return response
    })
    const client = createStreamClient({
      live: fetchLive({ url: '/drive', fetch }),
      snapshot: fetchSnapshot({ url: '/read', fetch }),
      retry: WAITS,
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await pass(5000)
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', error: undefined })
    expect(fetch.requests.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })
})

describe('rendering', () => {
  it('publishes a thousand tokens in a handful of updates, and never the same twice', async () => {
    const { client, live } = setup()
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    const texts: string[] = []
    stream.$state.listen(({ text }) => texts.push(text))
    for (let offset = 0; offset < 1000; offset++) live.last.sink.chunk({ offset, text: 'x' })
    await pass(100)
    expect(texts.length).toBeLessThan(5)
    expect(new Set(texts).size).toBeGreaterThanOrEqual(texts.length - 1)
    expect(texts.at(-1)).toHaveLength(1000)
  })

  it('shows the text so far, and no flash of another status, when a component is mounted in mid-stream', async () => {
    const fake = fakeStream({ text: 'Hello!', stored: 5, chunkMs: 5000 })
    const stream = createStreamClient(fake.sources).stream('a')
    const leave = stream.attach()
    await fake.clock.advance(100)
    leave()
    await fake.clock.advance(GRACE_MS)
    const seen: string[] = []
    stream.subscribe(({ text, status }) => seen.push(`${text} ${status}`))
    await fake.finish()
    expect([...new Set(seen)]).toEqual(['Hello streaming', 'Hello! streaming', 'Hello! done'])
  })

  it("shows nothing of another thread's text", async () => {
    const { client, tail } = setup()
    client.stream('a').attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'of a', status: 'streaming', origin: { epoch: 1, base: 0 } })
    expect(shown(client.stream('b'))).toMatchObject({ text: '', status: 'pending', connection: 'idle' })
  })

  it('separates backlog from new text, so that a reload types nothing again', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    stream.attach()
    await settle()
    const caughtUp: boolean[] = []
    stream.$state.listen(({ isCaughtUp }) => caughtUp.push(isCaughtUp))
    tail.last.sink.next({ offset: 0, text: 'back', status: 'streaming', upToDate: false })
    tail.last.sink.next({ offset: 4, text: 'log', status: 'streaming', upToDate: true })
    tail.last.sink.next({ offset: 7, text: ' news', status: 'streaming', upToDate: true })
    await pass(100)
    expect(caughtUp[0]).toBe(false)
    expect(caughtUp.at(-1)).toBe(true)
    expect(caughtUp).toEqual([...caughtUp].sort())
  })

  it('treats text that was missed without a reader as backlog', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    const detach = stream.attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'seen', status: 'streaming', upToDate: true })
    expect(shown(stream).isCaughtUp).toBe(true)
    detach()
    await pass(GRACE_MS)
    stream.attach()
    await settle()
    tail.last.sink.next({ offset: 4, text: ' missed', status: 'streaming', upToDate: false })
    await pass(100)
    expect(shown(stream)).toMatchObject({ text: 'seen missed', isCaughtUp: false })
    tail.last.sink.next({ offset: 11, text: '', status: 'streaming', upToDate: true })
    expect(shown(stream).isCaughtUp).toBe(true)
  })
})
