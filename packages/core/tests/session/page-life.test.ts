import { SourceError } from '@keepstream/core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakePage } from '../support/fake-page'
import { fakeFetcher, fakeSubscription } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

let page: ReturnType<typeof fakePage>
beforeEach(() => {
  page = fakePage()
})

const HOUR_MS = 3_600_000

async function followed(options: Parameters<typeof setup>[0] = {}) {
  const made = setup(options)
  const stream = made.client.stream('a')
  stream.attach()
  await settle()
  return { ...made, stream }
}

async function driven(options: Parameters<typeof setup>[0] = {}) {
  const made = setup(options)
  const stream = made.client.stream('a')
  stream.attach({ start: true })
  await settle()
  made.live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
  return { ...made, stream }
}

describe('a page that is offline', () => {
  it('says so while attempts fail, tries on all the same, and goes on from its offset at once when it is online', async () => {
    const { stream, tail } = await followed({ retry: { minMs: 1000, maxMs: 30_000 } })
    tail.last.sink.next({ offset: 0, text: 'Hello', status: 'streaming', origin: { epoch: 1, base: 0 } })
    page.connect(false)
    // The first failure came after progress, so it is followed up at once.
    tail.last.fail(new TypeError('Load failed'))
    await settle()
    expect(shown(stream)).toMatchObject({ connection: 'connecting', retrying: { error: { code: 'network' } } })
    expect(tail.opened).toHaveLength(2)
    for (let time = 1; time < 20; time++) {
      tail.last.fail(new TypeError('Load failed'))
      await settle()
      expect(shown(stream)).toMatchObject({
        text: 'Hello',
        connection: 'offline',
        retrying: { error: { code: 'network' } },
      })
      const { length } = tail.opened
      // The capped wait, half of which is left to chance.
      await pass(Math.min(30_000, 1000 * 2 ** time))
      expect(tail.opened.length).toBe(length + 1)
    }
    tail.last.fail(new TypeError('Load failed'))
    await settle()
    const { length } = tail.opened
    page.connect(true)
    await settle()
    expect(tail.opened).toHaveLength(length + 1)
    expect(tail.last.request.offset).toBe(5)
    tail.last.sink.next({ offset: 5, text: '!', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done', error: undefined })
    expect([page.listenerCount, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('shows nothing of it once an attempt gets through, though the browser still says so', async () => {
    const { stream, tail } = await followed()
    page.connect(false)
    tail.last.fail(new TypeError('Load failed'))
    await pass(100)
    expect(tail.opened).toHaveLength(2)
    tail.last.sink.next({ offset: 0, text: 'it was wrong', status: 'streaming' })
    expect(shown(stream)).toMatchObject({ text: 'it was wrong', connection: 'live', retrying: undefined })
    tail.last.sink.next({ offset: 0, text: 'it was wrong!', status: 'done' })
    expect(shown(stream)).toMatchObject({ status: 'done' })
  })

  it('is noticed during a wait too, and tries at once when the page becomes visible', async () => {
    const { stream, tail } = await followed({ retry: { minMs: HOUR_MS, maxMs: HOUR_MS } })
    tail.last.fail(new SourceError('server', 'busy'))
    await settle()
    expect(shown(stream).connection).toBe('waiting')
    page.connect(false)
    expect(shown(stream).connection).toBe('offline')
    page.hide(false)
    await settle()
    expect(tail.opened).toHaveLength(2)
  })

  it('sends a first attempt, and the requests of the user', async () => {
    page.connect(false)
    const { stream, tail } = await followed({ retry: { minMs: HOUR_MS, maxMs: HOUR_MS } })
    expect(tail.opened).toHaveLength(1)
    tail.last.fail(new TypeError('Load failed'))
    await settle()
    stream.retry()
    await settle()
    expect(tail.opened).toHaveLength(2)
  })

  it('keeps reading while its connection holds', async () => {
    const { stream, live } = await driven()
    page.connect(false)
    live.last.sink.chunk({ offset: 5, text: '!', origin: { epoch: 1, base: 0 } })
    live.last.sink.end({ end: 6, status: 'done' })
    expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done' })
  })
})

describe('a page that becomes visible again', () => {
  it('tries at once what waits', async () => {
    const { tail } = await followed({ retry: { minMs: HOUR_MS, maxMs: HOUR_MS } })
    tail.last.fail(new SourceError('server', 'busy'))
    await settle()
    page.hide(true)
    await settle()
    expect(tail.opened).toHaveLength(1)
    page.hide(false)
    await settle()
    expect(tail.opened).toHaveLength(2)
  })

  it('waits as long as a server requested', async () => {
    const { tail } = await followed()
    tail.last.fail(new SourceError('rate-limited', 'slow down', { retryAfterMs: 1500 }))
    await settle()
    for (let time = 0; time < 20; time++) page.hide(false)
    await settle()
    expect(tail.opened).toHaveLength(1)
    await pass(1600)
    expect(tail.opened).toHaveLength(2)
  })

  it('polls at once, instead of at the end of a pause', async () => {
    const snapshot = fakeFetcher(() => ({ offset: 0, text: 'ab', status: 'streaming' }))
    await followed({ snapshot, poll: { minMs: HOUR_MS, maxMs: HOUR_MS } })
    expect(snapshot.reads).toHaveLength(1)
    await pass(1)
    const { length } = snapshot.reads
    page.hide(true)
    await settle()
    expect(snapshot.reads).toHaveLength(length)
    page.hide(false)
    await settle()
    expect(snapshot.reads).toHaveLength(length + 1)
  })

  it('leaves a subscription, and a tail without keep-alives, as they are', async () => {
    const subscription = fakeSubscription({ offset: 0, text: 'ab', status: 'streaming' })
    await followed({ snapshot: subscription })
    const { tail } = await followed()
    tail.last.sink.next({ offset: 0, text: 'ab', status: 'streaming', origin: { epoch: 1, base: 0 } })
    for (let time = 0; time < 10; time++) page.hide(time % 2 === 0)
    await settle()
    expect([subscription.subscribed.length, tail.opened.length]).toEqual([1, 1])
  })

  it('does not disturb a connection that is alive', async () => {
    const { live, tail } = await driven({ stallMs: 25_000 })
    for (let time = 0; time < 20; time++) page.hide(time % 2 === 0)
    await settle()
    expect(live.last.request.signal.aborted).toBe(false)
    expect(tail.opened).toEqual([])
  })
})

describe('a page that was put away', () => {
  const returns: [string, () => void][] = [
    ['comes back from the back/forward cache', () => page.tell('pageshow', { persisted: true })],
    ['was frozen', () => page.tell('resume')],
  ]

  it.each(returns)('and %s reads on as a follower, and drives nothing twice', async (_, comeBack) => {
    const { stream, live, tail } = await driven({ canRepeat: true })
    comeBack()
    await settle()
    expect(live.opened).toHaveLength(1)
    expect(live.last.request.signal.aborted).toBe(true)
    expect(tail.opened).toHaveLength(1)
    expect(tail.last.request.offset).toBe(5)
    comeBack()
    await settle()
    expect(tail.opened.map(({ request }) => request.signal.aborted)).toEqual([true, false])
    tail.last.sink.next({ offset: 5, text: '!', status: 'done', origin: { epoch: 1, base: 0 } })
    comeBack()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done' })
    expect([tail.opened.length, page.listenerCount]).toEqual([2, 0])
  })

  it.each(returns)('and %s tries at once what waits', async (_, comeBack) => {
    const { tail } = await followed({ retry: { minMs: HOUR_MS, maxMs: HOUR_MS } })
    tail.last.fail(new SourceError('server', 'busy'))
    await settle()
    comeBack()
    await settle()
    expect(tail.opened).toHaveLength(2)
  })

  it.each(['while it was read', 'while it waited'])(
    '%s is shown again by three events, and sends one request',
    async (when) => {
      const { tail } = await followed({ retry: { minMs: HOUR_MS, maxMs: HOUR_MS }, stallMs: 25_000 })
      if (when === 'while it waited') tail.last.fail(new SourceError('server', 'busy'))
      await settle()
      page.tell('pagehide', { persisted: true })
      page.hide(true)
      vi.setSystemTime(Date.now() + HOUR_MS)
      page.tell('resume')
      page.hide(false)
      page.tell('pageshow', { persisted: true })
      await settle()
      expect(tail.opened.map(({ request }) => request.signal.aborted)).toEqual([true, false])
    },
  )

  it('is not assumed when a page is shown for the first time', async () => {
    const { live } = await driven()
    page.tell('pageshow', { persisted: false })
    await settle()
    expect(live.last.request.signal.aborted).toBe(false)
  })
})

describe('a machine that has slept', () => {
  it('notices within 5 s that its connection is dead, though its timers stood still', async () => {
    const { stream, live, tail } = await driven({ stallMs: 25_000 })
    vi.setSystemTime(Date.now() + HOUR_MS)
    await pass(5000)
    expect(live.last.request.signal.aborted).toBe(true)
    expect(tail.last.request.offset).toBe(5)
    tail.last.sink.next({ offset: 5, text: '!', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done' })
  })

  it('is noticed at once when the page becomes visible', async () => {
    const { live } = await driven({ stallMs: 25_000 })
    vi.setSystemTime(Date.now() + HOUR_MS)
    page.hide(false)
    expect(live.last.request.signal.aborted).toBe(true)
  })

  it('keeps a connection that has brought bytes since', async () => {
    const { live } = await driven({ stallMs: 25_000 })
    for (let time = 0; time < 10; time++) {
      vi.setSystemTime(Date.now() + 20_000)
      live.last.sink.alive()
      await pass(4000)
    }
    expect(live.last.request.signal.aborted).toBe(false)
  })
})
