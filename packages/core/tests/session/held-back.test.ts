import {
  createStreamClient,
  fetchLive,
  fetchSnapshot,
  keepstream,
  type LiveSource,
  type Snapshot,
  type SnapshotFetcher,
  SourceError,
} from '@keepstream/core'
import { describe, expect, it, vi } from 'vitest'
import { watchChannel } from '../../src/session/channel-watch'
import { fakeFetch, json, openBody } from '../support/fake-fetch'
import { fakePage } from '../support/fake-page'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown, WAITS } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

/** A stream whose text a test writes, behind a proxy that may hold back whole responses. */
function world(options: { isHeld?: boolean } = {}) {
  const stream = { text: '', status: 'streaming', isHeld: options.isHeld ?? true }
  const channels: { body: ReturnType<typeof openBody>; signal: AbortSignal; isDrive: boolean }[] = []
  const fetch = fakeFetch(({ url, method, init, headers }) => {
    const offset = Number(/offset=(\d+)/.exec(url)?.[1] ?? 0)
    if (headers.get('accept') === 'application/json')
      return json({ offset, text: stream.text.slice(offset), status: stream.status, epoch: 1, base: 0, upToDate: true })
    const signal = init.signal as AbortSignal
    const body = openBody(SSE, { init })
    channels.push({ body, signal, isDrive: method === 'POST' })
    if (!stream.isHeld) {
      body.send(wire.status({ status: 'streaming', offset: stream.text.length, epoch: 1, base: 0, upToDate: true }))
      return body.response
    }
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  const client = createStreamClient({ ...keepstream({ url: '/streams', fetch }), poll: WAITS, retry: WAITS })
  const polls = () => fetch.requests.filter(({ headers }) => headers.get('accept') === 'application/json').length
  return { stream, channels, fetch, client, polls }
}

describe('a channel that is held back whole', () => {
  it.each([false, true])('is read in short reads beside it within 5 s (driven: %s)', async (driven) => {
    const { stream, channels, client } = world()
    const reply = client.stream('a')
    reply.attach({ start: driven })
    stream.text = 'Hello'
    await pass(3900)
    expect(shown(reply)).toMatchObject({ text: '', connection: 'connecting' })
    await pass(200)
    expect(shown(reply)).toMatchObject({ text: 'Hello', connection: 'polling', retrying: undefined })
    stream.text += ', world'
    await pass(1000)
    expect(shown(reply)).toMatchObject({ text: 'Hello, world', connection: 'polling' })
    expect(channels.map(({ signal }) => signal.aborted)).toEqual([false])
    stream.status = 'done'
    await pass(1000)
    expect(shown(reply)).toMatchObject({ text: 'Hello, world', status: 'done' })
    expect(channels.map(({ isDrive }) => isDrive)).toEqual([driven])
    expect([channels[0]?.signal.aborted, vi.getTimerCount()]).toEqual([true, 0])
  })

  it('is polled less and less often while nothing changes', async () => {
    const { polls, client } = world()
    client.stream('a').attach()
    await pass(24_000)
    // 100, 200, 400 and then 800 ms: `poll` says so.
    expect(polls()).toBeGreaterThan(20)
    expect(polls()).toBeLessThan(30)
  })

  it('is given up for silence, opened again later, and is enough once nothing holds it back', async () => {
    const { stream, channels, polls, client } = world()
    const reply = client.stream('a')
    reply.attach()
    await pass(25_100)
    expect(channels.map(({ signal }) => signal.aborted)).toEqual([true])
    stream.text = 'Hello'
    await pass(1000)
    expect(shown(reply)).toMatchObject({ text: 'Hello', connection: 'polling' })
    stream.isHeld = false
    await pass(29_500)
    expect(channels).toHaveLength(2)
    channels[1]?.body.send(wire.keepAlive)
    await pass(8000)
    channels[1]?.body.send(wire.keepAlive)
    await settle()
    expect(shown(reply)).toMatchObject({ text: 'Hello', connection: 'live' })
    const count = polls()
    for (let time = 0; time < 10; time++) {
      await pass(8000)
      channels[1]?.body.send(wire.keepAlive)
    }
    expect([polls(), channels.length]).toEqual([count, 2])
  })

  it('drives once, also if driving again would start another answer, and is not cut', async () => {
    const stored = { offset: 0, text: '', status: 'pending' }
    let drive: RequestInit | undefined
    let drives = 0
    const fetch = fakeFetch(({ method, init }) => {
      if (method === 'GET') return json(stored)
      drives++
      drive = init
      return new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
    })
    const sources = {
      live: fetchLive({ url: '/drive', fetch }),
      snapshot: fetchSnapshot({ url: '/read', fetch }),
    }
    const reply = createStreamClient({ ...sources, poll: WAITS, retry: WAITS }).stream('a')
    reply.attach({ start: true })
    await pass(60_000)
    expect([drives, drive?.signal?.aborted, shown(reply).status]).toEqual([1, false, 'pending'])
    Object.assign(stored, { text: 'Hello', status: 'streaming' })
    await pass(1000)
    expect(shown(reply)).toMatchObject({ text: 'Hello', connection: 'polling' })
    stored.status = 'done'
    await pass(1000)
    expect([drives, shown(reply).status]).toEqual([1, 'done'])
  })

  it('is not read in short requests sooner than the server requests', async () => {
    const reads: number[] = []
    const fetch = fakeFetch(({ headers, init }) => {
      if (headers.get('accept') !== 'application/json')
        return new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
      reads.push(Date.now())
      return json({ code: 'rate-limited' }, { status: 429, headers: { 'retry-after': '1' } })
    })
    const client = createStreamClient({ ...keepstream({ url: '/streams', fetch }), poll: WAITS, retry: WAITS })
    client.stream('a').attach()
    await pass(8500)
    expect(reads.slice(1).map((at, index) => at - (reads[index] as number))).toEqual([1000, 1000, 1000, 1000])
  })

  it('renews the headers of a drive once, where a short read says that they are not enough', async () => {
    let renewals = 0
    const fetch = fakeFetch(({ headers, init }) =>
      headers.get('accept') === 'application/json'
        ? json({ code: 'unauthorized' }, { status: 401 })
        : new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
    )
    const headers = ({ isRefresh }: { isRefresh: boolean }) => {
      if (isRefresh) renewals++
      return { authorization: 'Bearer t' }
    }
    const client = createStreamClient({ ...keepstream({ url: '/streams', fetch, headers }), poll: WAITS, retry: WAITS })
    const reply = client.stream('a')
    reply.attach({ start: true })
    await pass(19_000)
    expect([renewals, shown(reply).connection]).toEqual([1, 'connecting'])
  })

  it('ends a follower whose short read is refused for good, and leaves a drive alone', async () => {
    const refusing = (driven: boolean) => {
      const fetch = fakeFetch(({ headers, init }) =>
        headers.get('accept') === 'application/json'
          ? json({ code: 'not-found', message: 'no' }, { status: 404 })
          : new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
      )
      const reply = createStreamClient(keepstream({ url: '/streams', fetch })).stream('a')
      reply.attach({ start: driven })
      return reply
    }
    const follower = refusing(false)
    const driver = refusing(true)
    await pass(5000)
    expect(shown(follower)).toMatchObject({ connection: 'failed', error: { code: 'not-found' } })
    expect(shown(driver)).toMatchObject({ connection: 'connecting', retrying: undefined })
  })

  it('is `live` again once a drive brings its text, also if the store has refused meanwhile', async () => {
    let read = async (): Promise<Snapshot> => ({ offset: 0, text: 'Hel', status: 'streaming' })
    const { client, live } = setup({ snapshot: () => read() })
    const reply = client.stream('a')
    reply.attach({ start: true })
    await pass(4100)
    expect(shown(reply)).toMatchObject({ text: 'Hel', connection: 'polling' })
    read = () => Promise.reject(new SourceError('forbidden', 'not any more'))
    await pass(1000)
    live.last.sink.chunk({ offset: 0, text: 'Hello' })
    await pass(2000)
    live.last.sink.chunk({ offset: 5, text: '!' })
    await pass(100)
    expect(shown(reply)).toMatchObject({ text: 'Hello!', connection: 'live' })
  })

  it('is noticed for all streams of a client, whose connections still share the slots', async () => {
    const { stream, channels, client } = world()
    stream.text = 'Hello'
    const replies = Array.from({ length: 10 }, (_, index) => client.stream(`answer ${index}`))
    for (const reply of replies) reply.attach()
    let most = 0
    for (let time = 0; time < 60; time++) {
      await pass(100)
      most = Math.max(most, channels.filter(({ signal }) => !signal.aborted).length)
    }
    expect(replies.map((reply) => shown(reply).text)).toEqual(replies.map(() => 'Hello'))
    expect(most).toBeLessThanOrEqual(4)
  })

  it.each([
    [1000, 900, 1100],
    [8000, 7900, 8100],
  ])('is waited for as long as `pollAfterMs` says: %d', async (pollAfterMs, before, after) => {
    const { fetch, polls } = world()
    const client = createStreamClient({ ...keepstream({ url: '/streams', fetch }), pollAfterMs })
    client.stream('a').attach()
    await pass(before)
    expect(polls()).toBe(0)
    await pass(after - before)
    expect(polls()).toBe(1)
  })

  it('is left to its keep-alives with `pollAfterMs: Infinity`, and other values are refused', async () => {
    const { fetch, polls } = world()
    const client = createStreamClient({ ...keepstream({ url: '/streams', fetch }), pollAfterMs: Infinity })
    client.stream('a').attach()
    await pass(20_000)
    expect(polls()).toBe(0)
    for (const pollAfterMs of [0, -1, Number.NaN])
      expect(() => createStreamClient({ ...keepstream({ url: '/streams' }), pollAfterMs })).toThrow(/pollAfterMs/)
  })
})

describe('text that is read beside a channel', () => {
  it('is reported to `onEvent` as persisted text, also beside a drive', async () => {
    const { stream, fetch } = world()
    const reported: unknown[] = []
    const client = createStreamClient({
      ...keepstream({ url: '/streams', fetch }),
      onEvent: (event) => 'source' in event && reported.push([event.type, event.source, event.offset, event.length]),
    })
    client.stream('a').attach({ start: true })
    stream.text = 'Hello'
    await pass(4100)
    expect(reported).toEqual([['appended', 'snapshot', 0, 5]])
  })

  it('is followed by another try of the channel when the page is visible again', async () => {
    const page = fakePage()
    const { channels, client } = world()
    client.stream('a').attach()
    await pass(27_000)
    expect(channels).toHaveLength(1)
    page.hide(false)
    await settle()
    expect(channels).toHaveLength(2)
    for (let time = 0; time < 20; time++) {
      page.hide(time % 2 === 0)
      await pass(40)
    }
    expect(channels).toHaveLength(2)
  })
})

describe('a channel of a slow server', () => {
  it.each([false, true])(
    'is read beside until it brings what there is, and then alone (driven: %s)',
    async (driven) => {
      const { stream, channels, fetch, polls } = world({ isHeld: false })
      const slow: typeof fetch = Object.assign(
        async (url: string, init: RequestInit) => {
          const answer = await fetch(url, init)
          if (new Headers(init.headers).get('accept') !== 'application/json')
            await new Promise((resolve) => setTimeout(resolve, 6000))
          return answer
        },
        { requests: fetch.requests, open: fetch.open },
      )
      const client = createStreamClient({ ...keepstream({ url: '/streams', fetch: slow }), poll: WAITS, retry: WAITS })
      const reply = client.stream('a')
      reply.attach({ start: driven })
      stream.text = 'Hello'
      await pass(4100)
      expect(shown(reply)).toMatchObject({ text: 'Hello', connection: 'polling' })
      await pass(2000)
      const [channel] = channels
      channel?.body.send(wire.text(5, 'Hello', 1))
      await pass(1100)
      stream.text = 'Hello!'
      channel?.body.send(wire.text(6, '!', 1))
      await settle()
      expect(shown(reply)).toMatchObject({ text: 'Hello!', connection: 'live' })
      const count = polls()
      await pass(20_000)
      expect([polls(), channels.length, channel?.signal.aborted]).toEqual([count, 1, false])
      channel?.body.send(wire.end(6, 'done', undefined, 1))
      await settle()
      expect(shown(reply)).toMatchObject({ text: 'Hello!', status: 'done' })
    },
  )
})

describe('a channel whose text comes in lumps', () => {
  it('is read in short requests from the first burst on, until single chunks come again', async () => {
    const { stream, channels, polls, client } = world({ isHeld: false })
    const reply = client.stream('a')
    reply.attach()
    await settle()
    const [channel] = channels
    const write = (piece: string) => {
      stream.text += piece
      return wire.text(stream.text.length, piece, 1)
    }
    await pass(10_000)
    expect(polls()).toBe(0)
    channel?.body.send(write('a') + write('b') + write('c'))
    await settle()
    await pass(100)
    expect(shown(reply)).toMatchObject({ text: 'abc', connection: 'live' })
    const held = write('d') + write('e') + write('f')
    await pass(500)
    expect(shown(reply)).toMatchObject({ text: 'abcdef', connection: 'polling' })
    await pass(6000)
    channel?.body.send(held)
    await pass(300)
    expect(shown(reply)).toMatchObject({ text: 'abcdef', connection: 'polling' })
    channel?.body.send(write('g'))
    await settle()
    expect(shown(reply)).toMatchObject({ text: 'abcdefg', connection: 'live' })
    const count = polls()
    await pass(8000)
    expect(polls()).toBe(count)
  })

  it('is left alone if it is a drive that cannot be repeated', async () => {
    const body = openBody(SSE)
    const fetch = fakeFetch(({ method }) =>
      method === 'GET' ? json({ offset: 0, text: 'abcdef', status: 'streaming' }) : body.response,
    )
    const decode = ({ data }: { data: string }) => data
    const sources = {
      live: fetchLive({ url: '/drive', fetch, decode }),
      snapshot: fetchSnapshot({ url: '/read', fetch }),
    }
    createStreamClient(sources).stream('a').attach({ start: true })
    await pass(10_000)
    body.send('data: a\n\ndata: b\n\ndata: c\n\n')
    await pass(10_000)
    expect(fetch.requests).toHaveLength(1)
  })

  it('is not assumed when a server begins with several events', async () => {
    const { channels, polls, client } = world({ isHeld: false })
    client.stream('a').attach()
    await pass(7000)
    const grows = wire.status({ status: 'streaming', offset: 1, epoch: 1, base: 0, upToDate: true })
    channels[0]?.body.send(grows + wire.text(1, 'a', 1) + grows)
    await pass(3000)
    expect(polls()).toBe(0)
  })
})

describe('a drive without keep-alives that speaks late', () => {
  /** A model that takes 4.5 s to begin. The store has each chunk a moment before the drive's connection brings it. */
  function lateDrive() {
    const signals: AbortSignal[] = []
    let say = (_text: string) => {}
    const live: LiveSource = {
      open({ signal }, sink) {
        signals.push(signal)
        let offset = 0
        say = (text) => {
          sink.chunk({ offset, text })
          offset += text.length
        }
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const reads: ((answer: Snapshot) => void)[] = []
    const snapshot: SnapshotFetcher = () => new Promise((answer) => reads.push(answer))
    const client = createStreamClient({ live, snapshot, poll: WAITS, retry: WAITS })
    return { client, signals, reads, say: (text: string) => say(text) }
  }

  it('is not given up for text that the store had first, if bytes arrive during the read', async () => {
    const { client, signals, reads, say } = lateDrive()
    const reply = client.stream('a')
    reply.attach({ start: true })
    await pass(4100)
    expect(reads).toHaveLength(1)
    say('a')
    reads[0]?.({ offset: 0, text: 'ab', status: 'streaming' })
    await pass(10)
    say('b')
    await pass(200)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    expect(shown(reply)).toMatchObject({ text: 'ab', connection: 'live' })
  })

  it('leaves the next one of its client in peace, once it has spoken', async () => {
    const { client, reads, say } = lateDrive()
    client.stream('a').attach({ start: true })
    await pass(4100)
    say('a')
    reads[0]?.({ offset: 0, text: 'a', status: 'streaming' })
    await pass(10)
    const before = reads.length
    client.stream('b').attach({ start: true })
    say('b')
    await pass(2000)
    expect(reads).toHaveLength(before)
  })
})

describe('a channel whose first byte is late', () => {
  function world() {
    const over = new AbortController()
    const events: string[] = []
    let aheadMs = 0
    const channel = watchChannel({
      pollAfterMs: 4000,
      poll: WAITS,
      environment: { setTimeout, clearTimeout, Date: { now: () => Date.now() + aheadMs } } as never,
      signal: over.signal,
      checksBursts: true,
      readBeside: async () => false,
      held: () => void events.push('held'),
      proven: () => void events.push('proven'),
    })
    channel.opened()
    const receive = () => channel.received(Date.now() + aheadMs, 1)
    return { channel, receive, events, end: () => over.abort(), setClock: (byMs: number) => (aheadMs += byMs) }
  }

  it('is accepted while text keeps coming without a pause', async () => {
    const { channel, receive, events, end } = world()
    await pass(4500)
    for (let token = 0; token < 100; token++) {
      receive()
      await pass(30)
    }
    expect(events).toEqual(['held', 'proven'])
    expect(channel.isPolledBeside).toBe(false)
    end()
  })

  it.each([-3_600_000, 3_600_000])('is accepted as soon if the clock is set by %i ms meanwhile', async (byMs) => {
    const { receive, events, end, setClock } = world()
    await pass(4500)
    for (let token = 0; token < 100; token++) {
      if (token === 20) setClock(byMs)
      receive()
      await pass(30)
    }
    expect(events).toEqual(['held', 'proven'])
    end()
  })

  it.each([0, -3_600_000])(
    'is asked after when the page is back and no byte comes, the clock set by %i ms',
    async (byMs) => {
      const { channel, receive, end, setClock } = world()
      receive()
      await pass(10_000)
      setClock(byMs)
      channel.probe()
      await pass(2500)
      expect(channel.isPolledBeside).toBe(true)
      end()
    },
  )
})
