import { describe, expect, it } from 'vitest'
import { settled } from './support/clock'
import { collect, createHand, createRig, parseEvents, request } from './support/rig'
import { spyStore } from './support/spy-store'

describe('S10 stop', () => {
  it('keeps the text, ends every reader, aborts the producer, and ignores what comes later', async () => {
    const { streams, clock, errors } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    const raw = collect(await streams.stream(request(), id, hand.producer))
    const followed = collect(await streams.read(request('/', { headers: { Accept: 'text/event-stream' } }), id))
    await hand.append('half a ')
    expect(await streams.stopStream(id)).toEqual({ status: 'stopped', offset: 7, epoch: 1 })
    await hand.append('sentence')
    hand.fail(new Error('aborted'))
    await clock.advance(1_000)
    expect(raw).toMatchObject({ text: 'half a ', isDone: true })
    expect(parseEvents(followed.text).events.at(-1)).toEqual({
      event: 'end',
      id: '1.7',
      data: { status: 'stopped', offset: 7 },
    })
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'half a ', status: 'stopped' })
    expect(await streams.stopStream(id)).toEqual({ status: 'stopped', offset: 7, epoch: 1 })
    expect(errors).toEqual([])
    expect(clock.timers).toBe(0)
  })

  it.each(['here', 'elsewhere'])('of a stream that was never driven is reported once to onEvent, %s', async (where) => {
    const rig = createRig()
    const { streams, events } = where === 'here' ? rig : createRig({ store: rig.store, clock: rig.clock })
    const id = await rig.streams.createStream()
    expect(await streams.stopStream(id)).toMatchObject({ status: 'stopped', epoch: 0 })
    expect(await streams.stopStream(id)).toMatchObject({ status: 'stopped', epoch: 0 })
    expect(events).toEqual([{ type: 'closed', id, status: 'stopped', offset: 0 }])
  })

  it('stores no text that is appended while its end is being stored', async () => {
    const { store } = createRig()
    const failing = spyStore(store)
    const { streams, clock } = createRig({ store: failing })
    const id = await streams.createStream()
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    await hand.append('before')
    failing.instead.close = () => Promise.reject(new Error('down'))
    const stopping = streams.stopStream(id)
    await settled()
    await hand.append(' and after')
    delete failing.instead.close
    await clock.advance(1_000)
    expect(await stopping).toEqual({ status: 'stopped', offset: 6, epoch: 1 })
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'before', status: 'stopped' })
  })

  it('before the first drive runs no producer', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    expect(await streams.stopStream(id)).toEqual({ status: 'stopped', offset: 0, epoch: 0 })
    const hand = createHand()
    const driven = collect(await streams.stream(request(), id, hand.producer))
    await clock.advance(0)
    expect(driven).toMatchObject({ text: '', isDone: true })
    expect(hand.calls).toEqual([])
  })

  it('while the claim is in flight runs no producer either', async () => {
    const store = spyStore(createRig().store)
    const { streams, clock } = createRig({ store })
    const id = await streams.createStream()
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    store.instead.claim = async (pass) => {
      const claim = await pass()
      await gate
      return claim
    }
    const hand = createHand()
    const driving = streams.stream(request(), id, hand.producer)
    await settled()
    const stopping = streams.stopStream(id)
    await settled()
    open()
    const driven = collect(await driving)
    expect(await stopping).toEqual({ status: 'stopped', offset: 0, epoch: 1 })
    await clock.advance(0)
    expect(driven).toMatchObject({ text: '', isDone: true })
    expect(hand.calls).toEqual([])
    expect(clock.timers).toBe(0)
  })

  it('closes a stuck async iterable, and does not wait for it', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    let isReturned = false
    const stuck: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: async () => {
          isReturned = true
          throw new Error('cannot stop')
        },
      }),
    }
    await streams.stream(request(), id, () => stuck)
    await settled()
    expect(await streams.stopStream(id)).toEqual({ status: 'stopped', offset: 0, epoch: 1 })
    await clock.advance(0)
    expect(isReturned).toBe(true)
  })

  it.each([
    'by the result of its next slice',
    'by a notification, when it writes nothing',
    'by a poll, when there is no notification',
  ])('reaches a run in another process %s', async (way) => {
    const { store, clock } = createRig()
    const unnotified = { ...store, watch: () => () => undefined }
    const here = createRig({ store: way.includes('no notification') ? unnotified : store, clock })
    const there = createRig({ store, clock })
    const id = await here.streams.createStream()
    const hand = createHand()
    await here.streams.stream(request(), id, hand.producer)
    await hand.append('One. ')
    await here.clock.advance(way.includes('slice') ? 110 : 2_000)
    const stopping = there.streams.stopStream(id)
    await settled()
    if (way.includes('slice')) await hand.append('Two.')
    await here.clock.advance(way.includes('poll') ? 5_000 : 400)
    expect(await stopping).toMatchObject({ status: 'stopped' })
    expect(hand.calls[0]?.signal.aborted).toBe(true)
  })

  it('reaches a run in another process with the next poll, also right after a slice', async () => {
    const { store, clock } = createRig()
    const here = createRig({ store, clock })
    const there = createRig({ store, clock })
    const id = await here.streams.createStream()
    const hand = createHand()
    await here.streams.stream(request(), id, hand.producer)
    // The polls come after 0.2, 0.7, 1.5 and 3.3 s.
    await clock.advance(3_000)
    await hand.append('One. ')
    await clock.advance(10)
    const stopping = there.streams.stopStream(id)
    await clock.advance(5_000)
    expect(await stopping).toMatchObject({ status: 'stopped', offset: 5 })
    expect(hand.calls[0]?.signal.aborted).toBe(true)
  })

  it('resolves after 5 s with the current status if the end is not stored yet', async () => {
    const store = spyStore(createRig().store)
    const { streams, clock } = createRig({ store })
    const id = await streams.createStream()
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    store.instead.close = () => Promise.reject(new Error('disk full'))
    const stopping = streams.stopStream(id)
    await clock.advance(5_000)
    expect(await stopping).toEqual({ status: 'streaming', offset: 0, epoch: 1 })
    delete store.instead.close
    await clock.advance(5_000)
    expect(await streams.getStreamBody(id)).toMatchObject({ text: '', status: 'stopped' })
  })

  it('of a stream that had ended resolves with its status and its error', async () => {
    const { streams, clock } = createRig({ onError: () => undefined })
    const id = await streams.createStream()
    await streams.stream(request(), id, () => Promise.reject(new Error('no model')))
    await clock.advance(300)
    const stopped = { status: 'error', offset: 0, epoch: 1, error: 'generation' }
    expect(await streams.stopStream(id)).toEqual(stopped)
    const handle = streams.handler({ basePath: '', authorize: 'public' })
    const response = await handle(request(`/${id}/stop`, { method: 'POST' }))
    expect([response.status, await response.json()]).toEqual([200, stopped])
  })

  it('of a stream that is deleted meanwhile rejects, and leaves no timer and no watch', async () => {
    const store = spyStore(createRig().store)
    const { streams, clock } = createRig({ store })
    const id = await streams.createStream()
    await streams.stream(request(), id, createHand().producer)
    store.instead.close = () => new Promise(() => undefined)
    const stopping = streams.stopStream(id)
    const outcome = expect(stopping).rejects.toMatchObject({ code: 'not-found' })
    await settled()
    await streams.deleteStream(id)
    // The time limit of the call that hangs.
    await clock.advance(15_000)
    await outcome
    expect([clock.timers, store.watches]).toEqual([0, 0])
  })

  it('of an unknown stream rejects', async () => {
    const { streams } = createRig()
    await expect(streams.stopStream('0123456789abcdefghijkl')).rejects.toMatchObject({ code: 'not-found' })
    await expect(streams.stopStream("' or 1=1")).rejects.toMatchObject({ code: 'not-found' })
  })
})
