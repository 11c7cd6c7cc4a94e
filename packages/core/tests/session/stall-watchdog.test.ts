import { type Snapshot, SourceError } from '@keepstream/core'
import { describe, expect, it, vi } from 'vitest'
import { fakeFetcher, fakeSubscription } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

/** A driver on a channel without keep-alives, which is silent after its first word. */
async function silent(options: Parameters<typeof setup>[0] = {}) {
  const made = setup(options)
  const stream = made.client.stream('a')
  const detach = stream.attach({ start: true })
  await settle()
  made.live.last.sink.chunk({ offset: 0, text: 'Hello' })
  const isOpen = () => !made.live.last.request.signal.aborted
  return { ...made, stream, detach, isOpen }
}

/** Returns the results one after the other, and the last one for ever. */
const answers = (...list: (Snapshot | SourceError)[]) =>
  fakeFetcher((_, count) => {
    const answer = list[Math.min(count, list.length) - 1]
    if (answer === undefined || answer instanceof Error) throw answer
    return answer
  })

describe('a channel without keep-alives that is silent', () => {
  it('is kept while the store has no more text, and probed every 30 s with reads from its offset', async () => {
    const snapshot = answers(
      { offset: 0, text: 'Hel', status: 'streaming' },
      { offset: 0, text: '', status: 'pending' },
      { offset: 5, text: '', status: 'streaming' },
    )
    const { live, stream, isOpen } = await silent({ snapshot })
    await pass(301_000)
    expect(snapshot.reads.length).toBe(10)
    expect(snapshot.reads.every(({ request }) => request.offset === 5)).toBe(true)
    expect(isOpen()).toBe(true)
    live.last.sink.chunk({ offset: 5, text: ', at last' })
    live.last.sink.end({ end: 14, status: 'done' })
    expect(shown(stream)).toMatchObject({ text: 'Hello, at last', status: 'done' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not probed while it is not silent', async () => {
    const snapshot = answers({ offset: 0, text: 'Hello', status: 'streaming' })
    const { live } = await silent({ snapshot })
    for (let time = 0; time < 20; time++) {
      await pass(20_000)
      live.last.sink.chunk({ offset: 5 + time, text: 'x' })
    }
    expect(snapshot.reads).toEqual([])
  })

  it.each<[string, Snapshot]>([
    ['more text', { offset: 0, text: 'Hello, world', status: 'streaming' }],
    ['a terminal status', { offset: 0, text: 'Hello', status: 'timeout' }],
    ['that there is more', { offset: 5, text: '', status: 'streaming', upToDate: false }],
  ])('is given up when the store has %s', async (_, answer) => {
    const { isOpen } = await silent({ snapshot: answers(answer) })
    await pass(29_000)
    expect(isOpen()).toBe(true)
    await pass(2_000)
    expect(isOpen()).toBe(false)
  })

  it('is closed when the store refuses, and that error is shown', async () => {
    const { stream, isOpen } = await silent({ snapshot: answers(new SourceError('not-found', 'deleted')) })
    await pass(31_000)
    expect(isOpen()).toBe(false)
    expect(shown(stream)).toMatchObject({ text: 'Hello', connection: 'failed', error: { code: 'not-found' } })
  })

  it.each(['network', 'server', 'rate-limited'] as const)('is kept when the read fails by itself: %s', async (code) => {
    const { isOpen, stream } = await silent({ snapshot: answers(new SourceError(code, 'in a test')) })
    await pass(120_000)
    expect(isOpen()).toBe(true)
    expect(shown(stream)).toMatchObject({ connection: 'live', retrying: undefined })
  })

  it('is probed with a subscription or a tail too, which is closed afterwards', async () => {
    const subscription = fakeSubscription({ offset: 0, text: 'Hello', status: 'streaming' })
    const one = await silent({ snapshot: subscription })
    await pass(31_000)
    expect(subscription.subscribed.map(({ isUndone }) => isUndone)).toEqual([true])
    await pass(30_000)
    expect(subscription.subscribed.map(({ isUndone }) => isUndone)).toEqual([true, true])
    expect(one.isOpen()).toBe(true)
    one.detach()
    await pass(1000)
    expect(subscription.last.isUndone).toBe(true)
    expect(vi.getTimerCount()).toBe(0)

    const { tail, isOpen } = await silent()
    await pass(31_000)
    expect(tail.opened).toHaveLength(1)
    tail.last.sink.next({ offset: 5, text: '!', status: 'streaming' })
    await settle()
    expect(isOpen()).toBe(false)
    expect(tail.opened.map(({ request }) => request.signal.aborted)).toEqual([true, false])
  })

  it('is probed in time, although the clock was set back meanwhile', async () => {
    const { live } = await silent({ stallMs: 25_000 })
    vi.setSystemTime(Date.now() - 3_600_000)
    await pass(31_000)
    expect(live.last.request.signal.aborted).toBe(true)
  })

  it('has one probe at a time: one without a response is given up for the next', async () => {
    const { tail, isOpen } = await silent()
    await pass(91_000)
    expect(tail.opened.map(({ request }) => request.signal.aborted)).toEqual([true, true, false])
    tail.opened[0]?.sink.next({ offset: 0, text: 'Hello, too late', status: 'done' })
    tail.opened[1]?.fail(new SourceError('not-found', 'too late'))
    await settle()
    expect(isOpen()).toBe(true)
    tail.opened[2]?.sink.next({ offset: 0, text: 'Hello, in time', status: 'done' })
    await settle()
    expect(isOpen()).toBe(false)
  })
})
