import { describe, expect, it } from 'vitest'
import { isStreamServerError } from '../../src'
import { createHand, createRig, request } from '../support/rig'
import { spyStore } from '../support/spy-store'

describe('S27 start', () => {
  it('runs a producer without a request and without a reader, and tells how the run ended', async () => {
    const { streams, clock, events } = createRig()
    const id = await streams.createStream({ meta: { to: 'Ada' } })
    const { finished } = await streams.start(id, async ({ append, meta, ...rest }) => {
      expect([meta, Object.keys(rest).sort()]).toEqual([{ to: 'Ada' }, ['epoch', 'id', 'signal', 'text']])
      await append('Hello')
      return { finishReason: 'length' }
    })
    await clock.advance(300)
    expect(await finished).toEqual({ status: 'done', offset: 5, finishReason: 'length' })
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'Hello', status: 'done' })
    expect(events.map(({ type }) => type)).not.toContain('joined')
  })

  it('leaves no timer, no watch and no polls once the run has ended', async () => {
    const { streams, clock, store } = createRig({ wrap: spyStore })
    const spy = store as ReturnType<typeof spyStore>
    const id = await streams.createStream()
    const hand = createHand()
    const { finished } = await streams.start(id, hand.producer)
    expect(spy.watches).toBe(1)
    await clock.advance(60_000)
    hand.finish()
    await clock.advance(300)
    await finished
    expect({ timers: clock.timers, watches: spy.watches }).toEqual({ timers: 0, watches: 0 })
    const calls = spy.calls.length
    await clock.advance(60 * 60_000)
    expect(spy.calls.length).toBe(calls)
  })

  it('joins a run, and a drive joins what was started', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    const [hand, other] = [createHand(), createHand()]
    const [first, second] = await Promise.all([streams.start(id, hand.producer), streams.start(id, other.producer)])
    const driven = await streams.stream(request(), id, other.producer)
    await hand.append('once')
    hand.finish()
    await clock.advance(300)
    expect(await driven.text()).toBe('once')
    expect(await second.finished).toEqual(await first.finished)
    expect(other.calls).toEqual([])
  })

  it.each([
    ['stopStream', { status: 'stopped', offset: 4 }],
    ['a producer that throws', { status: 'error', offset: 4, error: 'generation' }],
    ['close', { status: 'error', offset: 4, error: 'shutdown' }],
    ['a delete', { status: 'fenced' }],
  ])('tells the end after %s', async (end, outcome) => {
    const { streams, clock } = createRig({ drainMs: 1_000 })
    const id = await streams.createStream()
    const hand = createHand()
    const { finished } = await streams.start(id, hand.producer)
    await hand.append('text')
    const ends: Record<string, () => unknown> = {
      stopStream: () => streams.stopStream(id),
      'a producer that throws': () => hand.fail(new Error('the provider failed')),
      close: () => streams.close(),
      'a delete': () => streams.deleteStream(id),
    }
    const ended = ends[end]?.()
    await clock.advance(2_000)
    await ended
    expect(await finished).toEqual(outcome)
  })

  it('is `fenced` if `close` gives up storing the end', async () => {
    const { streams, clock, store } = createRig({ wrap: spyStore, drainMs: 1_000, settleMs: 1_000 })
    const id = await streams.createStream()
    const { finished } = await streams.start(id, createHand().producer)
    ;(store as ReturnType<typeof spyStore>).instead.close = () => Promise.reject(new Error('unreachable'))
    const closed = streams.close()
    await clock.advance(5_000)
    await closed
    expect(await finished).toEqual({ status: 'fenced' })
  })

  it('of a stream that has ended tells its end, and of one that another process produces that it is not here', async () => {
    const here = createRig()
    const there = createRig({ store: here.store, clock: here.clock })
    const [ended, elsewhere] = [await here.streams.createStream(), await here.streams.createStream()]
    await here.streams.stopStream(ended)
    await there.streams.start(elsewhere, createHand().producer)
    const hand = createHand()
    expect(await (await here.streams.start(ended, hand.producer)).finished).toEqual({ status: 'stopped', offset: 0 })
    expect(await (await here.streams.start(elsewhere, hand.producer)).finished).toEqual({ status: 'fenced' })
    expect(hand.calls).toEqual([])
  })

  it('rejects for an unknown stream, while the server closes, and for mistakes in the call', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    const { producer } = createHand()
    await expect(streams.start('unknown', producer)).rejects.toMatchObject({ code: 'not-found' })
    // @ts-expect-error a misspelt option
    await expect(streams.start(id, producer, { canresume: true })).rejects.toMatchObject({ code: 'invalid-option' })
    // @ts-expect-error a producer is required
    await expect(streams.start(id)).rejects.toMatchObject({ code: 'invalid-option' })
    const closed = streams.close()
    await clock.advance(60_000)
    await closed
    await expect(streams.start(id, producer)).rejects.toSatisfy((error) => isStreamServerError(error, 'shutting-down'))
  })
})
