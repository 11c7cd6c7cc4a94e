import { describe, expect, it } from 'vitest'
import { settled } from '../support/clock'
import { collect, createHand, createRig, parseEvents, request, textOf } from '../support/rig'
import { spyStore } from '../support/spy-store'

describe('S5 the producer runs once (P6)', () => {
  it('for 100 simultaneous drives, which all get the whole text', async () => {
    const { streams, clock, store } = createRig({ wrap: spyStore })
    const id = await streams.createStream()
    const hand = createHand()
    const responses = await Promise.all(Array.from({ length: 100 }, () => streams.stream(request(), id, hand.producer)))
    const readers = responses.map(collect)
    await hand.append('once')
    hand.finish()
    await clock.advance(300)
    expect(hand.calls).toHaveLength(1)
    expect((store as ReturnType<typeof spyStore>).of('claim')).toHaveLength(1)
    for (const reader of readers) expect(reader).toMatchObject({ text: 'once', isDone: true })
  })

  it('for simultaneous drives in two processes over one store', async () => {
    const here = createRig()
    const there = createRig({ store: here.store, clock: here.clock })
    const id = await here.streams.createStream()
    const hand = createHand()
    const sse = () => request('/', { headers: { Accept: 'text/event-stream' } })
    const responses = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 ? here : there).streams.stream(index % 4 < 2 ? request() : sse(), id, hand.producer),
      ),
    )
    const readers = responses.map(collect)
    await hand.append('once ')
    await here.clock.advance(300)
    await hand.append('only')
    hand.finish()
    await here.clock.advance(6_000)
    expect(hand.calls).toHaveLength(1)
    for (const [index, reader] of readers.entries()) {
      const text = index % 4 < 2 ? reader.text : textOf(parseEvents(reader.text).events)
      expect([text, reader.isDone]).toEqual(['once only', true])
    }
    expect(here.clock.timers).toBe(0)
  })

  it('when a drive is repeated during, after, and long after the run', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    const first = collect(await streams.stream(request(), id, hand.producer))
    await hand.append('Hello, ')
    await first.cancel()
    const second = collect(await streams.stream(request(), id, hand.producer))
    await hand.append('world')
    await settled()
    expect(second.text).toBe('Hello, world')
    hand.finish()
    await clock.advance(300)
    const third = collect(await streams.stream(request(), id, hand.producer))
    await clock.advance(0)
    expect(third).toMatchObject({ text: 'Hello, world', isDone: true })
    expect(hand.calls).toHaveLength(1)
  })

  it('when the result of the claim is lost', async () => {
    const store = spyStore(createRig().store)
    const { streams, clock, errors } = createRig({ store })
    const id = await streams.createStream()
    let losses = 2
    store.instead.claim = async (pass) => {
      const claim = await pass()
      if (losses-- > 0) throw new Error('connection reset')
      return claim
    }
    const hand = createHand()
    const driving = streams.stream(request(), id, hand.producer)
    await clock.advance(2_000)
    const reader = collect(await driving)
    await hand.append('once')
    hand.finish()
    await clock.advance(300)
    expect(reader).toMatchObject({ text: 'once', isDone: true })
    expect(hand.calls).toHaveLength(1)
    expect(errors).toMatchObject([{ error: { message: 'connection reset' } }])
  })

  it('and a store that always fails is 500, without its message', async () => {
    const { streams, clock, errors } = createRig({
      wrap: (real) => ({ ...real, claim: () => Promise.reject(new Error('password=hunter2')) }),
    })
    const id = await streams.createStream()
    const driving = streams.stream(request(), id, createHand().producer)
    await clock.advance(5_000)
    const response = await driving
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('hunter2')
    expect(errors.length).toBeGreaterThan(0)
    expect(clock.timers).toBe(0)
  })
})
