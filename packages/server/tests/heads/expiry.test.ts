import { describe, expect, it } from 'vitest'
import { memoryStore, type StreamHead } from '../../src/index'
import { createFakeClock, settled } from '../support/clock'
import { proveStoreHealth } from '../support/prove-store-health'
import { collect, createHand, createRig, parseEvents, request, textOf } from '../support/rig'
import { running } from '../support/running'
import { spyStore } from '../support/spy-store'

const sse = { headers: { Accept: 'text/event-stream' } }

/** A process with a run. After `kill`, its writes never reach the store again, as if it had been killed. */
async function abandoned(text = 'Stored. ') {
  const clock = createFakeClock()
  const store = memoryStore({ now: clock.now })
  const dead = spyStore(store)
  const gone = createRig({ store: dead, clock })
  const id = await gone.streams.createStream()
  const hand = createHand()
  const raw = collect(await gone.streams.stream(request(), id, hand.producer))
  await hand.append(text)
  await clock.advance(300)
  const kill = () => {
    for (const act of ['append', 'beat', 'close'] as const) dead.instead[act] = () => new Promise(() => undefined)
    dead.instead.heads = () => new Promise(() => undefined)
  }
  return { clock, store, dead, gone, id, hand, raw, kill }
}

describe('a lease', () => {
  it('is renewed by heartbeats every third of it, however long the producer thinks', async () => {
    const { streams, clock, store } = createRig({ wrap: spyStore })
    const other = createRig({ store, clock })
    const id = await streams.createStream()
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    for (let minute = 0; minute < 60; minute++) {
      await clock.advance(60_000)
      expect((await other.streams.getStreamBody(id)).status).toBe('streaming')
    }
    expect((store as ReturnType<typeof spyStore>).of('beat')).toHaveLength(240)
    hand.finish()
    await clock.advance(300)
    expect((await streams.getStreamBody(id)).status).toBe('done')
  })
})

describe('S25 expiring', () => {
  it('of 400 streams at once delays no news of another one, and takes 8 calls at a time', async () => {
    const clock = createFakeClock()
    const shared = memoryStore({ now: clock.now })
    const writer = createRig({ store: shared, clock })
    const store = spyStore({ ...shared, watch: () => () => undefined })
    const { streams, errors, events } = createRig({ store, clock, rolloverMs: 10_000_000 })
    const ids = await Promise.all(Array.from({ length: 400 }, () => writer.streams.createStream()))
    for (const id of ids) await shared.claim(id, { owner: 'gone', leaseMs: 45_000, canTakeOver: false })
    const dead = await Promise.all(ids.map(async (id) => collect(await streams.read(request('/', sse), id))))
    const id = await writer.streams.createStream()
    const hand = createHand()
    await writer.streams.stream(request(), id, hand.producer)
    const follower = collect(await streams.read(request('/', sse), id))
    let running = 0
    let most = 0
    store.instead.expire = async (pass) => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 500))
      running--
      return pass()
    }
    for (let passed = 0; running === 0 && passed < 120_000; passed += 100) await clock.advance(100)
    expect(running).toBe(8)
    // The longest time between two polls.
    await hand.append('News. ')
    await clock.advance(5_300)
    expect(textOf(parseEvents(follower.text).events)).toBe('News. ')
    expect(dead.filter(({ isDone }) => isDone).length).toBeLessThan(100)
    await clock.advance(20_000)
    expect(dead.filter(({ isDone }) => isDone)).toHaveLength(400)
    expect([most, store.of('expire').length, errors]).toEqual([8, 400, []])
    expect(events.filter(({ type }) => type === 'expired')).toHaveLength(400)
    hand.finish()
    await clock.advance(300)
  })

  it('by two processes is reported by the one that did it', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    await clock.advance(91_000)
    const readers = [createRig({ store, clock }), createRig({ store, clock })] as const
    for (const reader of readers) {
      const other = await reader.streams.createStream()
      collect(await reader.streams.read(request('/', sse), other))
    }
    await clock.advance(50_000)
    const bodies = await Promise.all(readers.map(({ streams }) => streams.getStreamBody(id)))
    expect(bodies.map(({ status }) => status)).toEqual(['timeout', 'timeout'])
    const reports = readers.flatMap(({ events }) => events.filter(({ type }) => type === 'expired'))
    expect(reports).toEqual([{ type: 'expired', id, epoch: 1, status: 'timeout', offset: 8 }])
  })
})

describe('S11 timeout', () => {
  it('is set also while a meta with a field of the name `now` is read, which is no clock of the store', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    const { streams } = createRig({ store, clock, rolloverMs: 1_000_000 })
    const other = await streams.createStream({ meta: { now: 0 } })
    const handle = streams.handler({ basePath: '/streams', authorize: ({ getMeta }) => getMeta().then(() => true) })
    collect(await handle(request(`/streams/${id}`, sse)))
    for (let passed = 0; passed < 150_000; passed += 5_000) {
      await handle(request(`/streams/${other}`))
      await clock.advance(5_000)
    }
    expect(await streams.getStreamBody(id)).toMatchObject({ status: 'timeout', text: 'Stored. ' })
  })

  it('is set by a reader when the lease has been over for a further lease, and the text is kept', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    const { streams, events } = createRig({ store, clock, rolloverMs: 1_000_000 })
    const followed = collect(await streams.read(request('/', sse), id))
    await clock.advance(88_000)
    expect((await streams.getStreamBody(id)).status).toBe('streaming')
    await clock.advance(8_000)
    const { events: sent } = parseEvents(followed.text)
    expect(textOf(sent)).toBe('Stored. ')
    expect(sent.at(-1)).toEqual({ event: 'end', id: '1.8', data: { status: 'timeout', offset: 8 } })
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'Stored. ', status: 'timeout' })
    expect(events).toContainEqual({ type: 'expired', id, epoch: 1, status: 'timeout', offset: 8 })
  })

  it.each(['a snapshot', 'a body', 'a drive', 'a stop'])('is set by %s alone', async (way) => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    await clock.advance(91_000)
    const { streams, events } = await proveStoreHealth(createRig({ store, clock }))
    const status = async () => {
      if (way === 'a snapshot') return (await (await streams.read(request(), id)).json()).status
      if (way === 'a body') return (await streams.getStreamBody(id)).status
      if (way === 'a stop') return (await streams.stopStream(id)).status
      const driven = collect(await streams.stream(request(), id, createHand().producer))
      await clock.advance(0)
      expect(driven).toMatchObject({ text: 'Stored. ', isDone: true })
      return (await store.heads([id]))[0]?.status
    }
    // A stop request gets `stopped`, though the producer is gone.
    expect(await status()).toBe(way === 'a stop' ? 'stopped' : 'timeout')
    const ended = way === 'a stop' ? 'stopped' : 'timeout'
    expect(events).toContainEqual({ type: 'expired', id, epoch: 1, status: ended, offset: 8 })
  })

  it('waits a lease after the store has failed, so that live runs can renew theirs first', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    const reading = spyStore(store)
    const { streams } = createRig({ store: reading, clock })
    await clock.advance(91_000)
    reading.instead.read = () => Promise.reject(new Error('down'))
    expect((await streams.read(request(), id)).status).toBe(500)
    delete reading.instead.read
    // After the first read, the stream is polled until the process can decide.
    expect((await streams.getStreamBody(id)).status).toBe('streaming')
    await clock.advance(44_000)
    expect((await store.heads([id]))[0]?.status).toBe('streaming')
    await clock.advance(6_000)
    expect((await store.heads([id]))[0]?.status).toBe('timeout')
  })

  it('waits a lease after this process paused', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    const { streams } = createRig({ store, clock, rolloverMs: 1_000_000 })
    const followed = collect(await streams.read(request('/', sse), id))
    await clock.advance(1_000)
    clock.stall(120_000)
    await clock.advance(1)
    await clock.advance(20_000)
    expect((await store.heads([id]))[0]?.status).toBe('streaming')
    await clock.advance(30_000)
    expect((await store.heads([id]))[0]?.status).toBe('timeout')
    expect(followed.isDone).toBe(true)
  })

  it.each(['a read', 'a poll', 'a drive', 'a takeover'])(
    'is not set by %s that waited for a store which hung for all processes',
    async (way) => {
      const { clock, store, dead, gone, id, hand } = await abandoned()
      const stalledBeats: (() => void)[] = []
      const stalledReads: (() => void)[] = []
      const begunAt = clock.now()
      const stallIn =
        (waiting: (() => void)[]) =>
        async <T>(pass: () => Promise<T>) => {
          if (clock.now() < begunAt + 100_000) await new Promise<void>((resolve) => void waiting.push(resolve))
          return pass()
        }
      const stall = stallIn(stalledReads)
      dead.instead.beat = stallIn(stalledBeats)
      const reading = spyStore(store)
      const { streams } = createRig({ store: reading, clock, leaseMs: way === 'a poll' ? 6_000 : 45_000 })
      for (const act of ['read', 'claim'] as const) reading.instead[act] = stall as never
      const again = createHand()
      if (way === 'a read') void streams.getStreamBody(id).catch(() => undefined)
      if (way === 'a drive') void streams.stream(request(), id, again.producer)
      if (way === 'a takeover') void streams.stream(request(), id, again.producer, { canResume: true })
      if (way === 'a poll') {
        delete reading.instead.read
        collect(await streams.read(request('/', sse), id))
        reading.instead.heads = stall
      }
      await clock.advance(100_000)
      // The reader's call comes first, and finds a lease that is long over.
      for (const release of [...stalledReads, ...stalledBeats]) {
        release()
        await settled()
      }
      await clock.advance(300)
      expect((await store.heads([id]))[0]).toMatchObject({ status: 'streaming', epoch: 1 })
      expect([again.calls, hand.calls[0]?.signal.aborted]).toEqual([[], false])
      hand.finish()
      await clock.advance(300)
      expect(await gone.streams.getStreamBody(id)).toMatchObject({ text: 'Stored. ', status: 'done' })
    },
  )

  it.each(['a read', 'a first read', 'a poll', 'a takeover'])(
    'is not set by %s when the clock of the store is set forward while a producer thinks',
    async (way) => {
      const clock = createFakeClock()
      let aheadMs = 0
      const store = memoryStore({ now: () => clock.now() + aheadMs })
      const producing = createRig({ store, clock })
      const id = await producing.streams.createStream()
      const hand = createHand()
      await producing.streams.stream(request(), id, hand.producer)
      await hand.append('Half. ')
      await clock.advance(300)
      const reading = createRig({ store, clock, rolloverMs: 10_000_000 })
      const { streams } = way === 'a first read' ? reading : await proveStoreHealth(reading)
      if (way === 'a poll') collect(await streams.read(request('/', sse), id))
      await clock.advance(20_000)
      // Much longer than two leases, in the middle between two heartbeats.
      for (let step = 0; step < 3; step++) {
        aheadMs += 100_000
        if (way === 'a takeover')
          void streams
            .stream(request(), id, createHand().producer, { canResume: true })
            .then(({ body }) => body?.cancel())
        else await streams.getStreamBody(id)
        await clock.advance(7_000)
        expect((await store.heads([id]))[0]).toMatchObject({ status: 'streaming', epoch: 1 })
        await clock.advance(60_000)
      }
      hand.finish()
      await clock.advance(300)
      expect(await streams.getStreamBody(id)).toMatchObject({ status: 'done' })
    },
  )

  it('is not set by the first read of a process after no process could reach the store', async () => {
    const { clock, store, dead, id, hand, gone } = await abandoned()
    const idle = await proveStoreHealth(createRig({ store, clock }))
    const isAway = () => Promise.reject(new Error('away'))
    for (const act of ['beat', 'heads'] as const) dead.instead[act] = isAway
    await clock.advance(300_000)
    for (const act of ['beat', 'heads'] as const) delete dead.instead[act]
    // Before the run's own next attempt.
    expect((await idle.streams.getStreamBody(id)).status).toBe('streaming')
    await clock.advance(120_000)
    hand.finish()
    await clock.advance(300)
    expect((await gone.streams.getStreamBody(id)).status).toBe('done')
  })

  it('is set without another read as soon as this process can decide', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    await clock.advance(91_000)
    const reading = spyStore(store)
    const first = createRig({ store: reading, clock })
    expect((await first.streams.getStreamBody(id)).status).toBe('streaming')
    await clock.advance(51_000)
    expect((await store.heads([id]))[0]?.status).toBe('timeout')
    expect([reading.watches, first.events.at(-1)?.type]).toEqual([0, 'expired'])
  })

  it('does not hide text that the producer stored before it was set', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    await clock.advance(91_000)
    const reading = spyStore(store)
    reading.instead.expire = async (pass) => {
      await store.close(id, { epoch: 1, offset: 8, text: 'Whole.', status: 'done' })
      return pass()
    }
    const { streams } = await proveStoreHealth(createRig({ store: reading, clock }))
    const snapshot = await (await streams.read(request(), id)).json()
    expect(snapshot).toMatchObject({ text: 'Stored. Whole.', status: 'done', upToDate: true })
  })

  it('never ends a run of the same process, which renews its lease when the store responds again', async () => {
    const { clock, dead, gone, id, hand, raw } = await abandoned()
    let respond: () => void = () => undefined
    dead.instead.beat = async (pass) => {
      await new Promise<void>((resolve) => {
        respond = resolve
      })
      return pass()
    }
    await clock.advance(200_000)
    expect((await gone.streams.getStreamBody(id)).status).toBe('streaming')
    delete dead.instead.beat
    respond()
    await hand.append('More.')
    hand.finish()
    await clock.advance(300)
    expect(raw).toMatchObject({ text: 'Stored. More.', isDone: true })
  })

  it('ends a stream that stays pending for 20 minutes', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    await clock.advance(18 * 60_000)
    await proveStoreHealth({ streams, clock })
    await clock.advance(40_000)
    expect((await streams.getStreamBody(id)).status).toBe('pending')
    await clock.advance(20_000)
    expect((await streams.getStreamBody(id)).status).toBe('timeout')
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    expect(hand.calls).toEqual([])
  })
})

describe('S9 a run that has lost its stream', () => {
  it.each([
    ['is gone, though not all of it was erased', true],
    ['still exists', false],
  ])('is fenced after a failed delete only if the stream %s', async (_, isGone) => {
    const { streams, store, clock, hand, id } = await running()
    store.instead.delete = async (pass) => {
      if (isGone) await pass()
      throw new Error('the log is in use')
    }
    await expect(streams.deleteStream(id)).rejects.toMatchObject({ code: 'store' })
    expect(hand.calls[0]?.signal.aborted).toBe(isGone)
    delete store.instead.delete
    const again = streams.deleteStream(id)
    if (isGone) await expect(again).rejects.toMatchObject({ code: 'not-found' })
    else await again
    expect(hand.calls[0]?.signal.aborted).toBe(true)
    await clock.advance(0)
    expect([clock.timers, store.watches]).toEqual([0, 0])
  })

  it.each([
    ['by a notification', 2_000],
    ['by a poll, right after a slice', 10],
  ])('is fenced %s when another process deletes it, before it writes again', async (_, quietMs) => {
    const { streams, store, clock, events } = createRig()
    const there = createRig({ store, clock })
    const id = await streams.createStream()
    const hand = createHand()
    const raw = collect(await streams.stream(request(), id, hand.producer))
    await clock.advance(2_000)
    await hand.append('Deleted. ')
    await clock.advance(quietMs)
    await there.streams.deleteStream(id)
    await clock.advance(quietMs > 1_000 ? 10 : 5_000)
    expect(hand.calls[0]?.signal.aborted).toBe(true)
    expect(raw.error).toBeInstanceOf(Error)
    expect(events).toContainEqual({ type: 'fenced', id, epoch: 1 })
    expect(clock.timers).toBe(0)
  })

  it('is fenced when another process ended the stream: its signal aborts, and its driver fails', async () => {
    const { clock, store, dead, id, hand, raw, gone } = await abandoned()
    dead.instead.beat = () => Promise.reject(new Error('partitioned'))
    dead.instead.append = () => Promise.reject(new Error('partitioned'))
    await hand.append('Lost. ')
    await clock.advance(95_000)
    const { streams } = await proveStoreHealth(createRig({ store, clock }))
    expect((await streams.getStreamBody(id)).status).toBe('timeout')
    delete dead.instead.append
    delete dead.instead.beat
    await clock.advance(6_000)
    expect(hand.calls[0]?.signal.aborted).toBe(true)
    expect(raw.error).toBeInstanceOf(Error)
    expect(gone.events).toContainEqual({ type: 'fenced', id, epoch: 1 })
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'Stored. ', status: 'timeout' })
    expect(clock.timers).toBe(0)
  })

  it('is fenced by a notification when another process resumed the stream, though its own writes fail', async () => {
    const { clock, store, dead, hand, id, raw, gone } = await abandoned()
    dead.instead.beat = () => Promise.reject(new Error('partitioned'))
    dead.instead.append = () => Promise.reject(new Error('partitioned'))
    await clock.advance(95_000)
    const { streams } = await proveStoreHealth(createRig({ store, clock }))
    const again = createHand()
    await streams.stream(request(), id, again.producer, { canResume: true })
    await again.append('Gone on.')
    await clock.advance(300)
    expect(hand.calls[0]?.signal.aborted).toBe(true)
    expect(again.calls[0]?.signal.aborted).toBe(false)
    expect(raw.error).toBeInstanceOf(Error)
    expect(gone.events).toContainEqual({ type: 'fenced', id, epoch: 1 })
  })

  it('ends when the stream is deleted, here or elsewhere', async () => {
    for (const isHere of [true, false]) {
      const { clock, store, id, hand, gone, raw } = await abandoned()
      const elsewhere = collect(await createRig({ store, clock }).streams.stream(request(), id, hand.producer))
      await settled()
      if (isHere) await gone.streams.deleteStream(id)
      else await store.delete(id)
      await hand.append('Late. ')
      await clock.advance(300)
      expect(hand.calls[0]?.signal.aborted).toBe(true)
      expect(raw).toMatchObject({ isDone: false, error: expect.any(Error) })
      expect(elsewhere).toMatchObject({ isDone: false, error: expect.any(Error) })
      await expect(gone.streams.getStreamBody(id)).rejects.toMatchObject({ code: 'not-found' })
      expect(clock.timers).toBe(0)
    }
  })
})

describe('S23 a resume', () => {
  it('is done by a drive that waits for it, in the same response, and no text comes twice', async () => {
    const { clock, store, id, kill, hand } = await abandoned('Stored 😀. ')
    const { streams, events } = createRig({ store, clock })
    kill()
    await hand.append('Never stored.')
    const again = createHand()
    // The new process starts at once, and the driver drives again with the text that it holds.
    const drive = (headers = {}) =>
      streams.stream(request('/?offset=24&epoch=1', { headers }), id, again.producer, { canResume: true })
    const driven = collect(await drive(sse.headers))
    const raw = collect(await drive())
    await clock.advance(51_000)
    expect(parseEvents(driven.text).events.at(-1)?.data).toMatchObject({ status: 'streaming', stalled: true })
    expect(again.calls).toEqual([])
    await clock.advance(49_000)
    expect(again.calls).toMatchObject([{ epoch: 2, text: 'Stored 😀. ' }])
    await again.append('Gone on.')
    again.finish()
    await clock.advance(1_000)
    const { events: sent } = parseEvents(driven.text)
    const statuses = sent.filter(({ event }) => event === 'status').map(({ data }) => data)
    expect(statuses.at(-1)).toMatchObject({ epoch: 2, base: 11 })
    expect(statuses.at(-1)).not.toHaveProperty('stalled')
    expect(sent.slice(-2)).toEqual([
      { event: 'message', id: '2.19', data: 'Gone on.' },
      { event: 'end', id: '2.19', data: { status: 'done', offset: 19 } },
    ])
    expect(driven.isDone).toBe(true)
    // Raw text cannot mark which part of it is of another epoch.
    expect([raw.text, raw.error]).toEqual(['Stored 😀. ', expect.any(Error)])
    expect(events.filter(({ type }) => type === 'claimed')).toHaveLength(1)
  })

  it('by a waiting drive is not prevented by reads of another process that can resume', async () => {
    const { clock, store, id, kill } = await abandoned()
    const again = createHand()
    const options = {
      basePath: '/streams',
      authorize: 'public',
      produce: again.producer,
      canResume: true,
    } as const
    const reading = await proveStoreHealth(createRig({ store, clock, rolloverMs: 1_000_000 }))
    const { streams } = createRig({ store, clock })
    const readOnly = reading.streams.handler(options)
    const drive = await streams.handler(options)(request(`/streams/${id}/drive`, { method: 'POST', ...sse }))
    const driven = collect(drive)
    kill()
    for (let passed = 0; again.calls.length === 0 && passed < 120_000; passed += 1_000) {
      await clock.advance(1_000)
      await readOnly(request(`/streams/${id}`))
    }
    expect(again.calls).toMatchObject([{ epoch: 2, text: 'Stored. ' }])
    await again.append('Gone on.')
    again.finish()
    await clock.advance(6_000)
    expect(textOf(parseEvents(driven.text).events)).toBe('Stored. Gone on.')
    expect(parseEvents(driven.text).events.at(-1)?.data).toEqual({ status: 'done', offset: 16 })
    expect(reading.events.filter(({ type }) => type === 'expired')).toEqual([])
  })

  it('is left to a later drive for a lease by readers, if the producers of the server can resume', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    const { streams } = await proveStoreHealth(createRig({ store, clock, rolloverMs: 1_000_000 }))
    const again = createHand()
    const handle = streams.handler({
      basePath: '/streams',
      authorize: 'public',
      produce: again.producer,
      canResume: true,
    })
    const followed = collect(await handle(request(`/streams/${id}`, sse)))
    await clock.advance(40_000)
    expect((await store.heads([id]))[0]).toMatchObject({ status: 'streaming', isLapsed: true })
    void handle(request(`/streams/${id}/drive`, { method: 'POST' }))
    await clock.advance(100)
    expect(again.calls).toMatchObject([{ epoch: 2, text: 'Stored. ' }])
    again.finish()
    await clock.advance(1_000)
    expect(parseEvents(followed.text).events.at(-1)?.data).toMatchObject({ status: 'done' })
  })

  it('is no longer possible if no drive came within that lease', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    const { streams } = await proveStoreHealth(createRig({ store, clock }))
    streams.handler({ basePath: '/streams', authorize: 'public', canResume: true })
    await clock.advance(30_000)
    expect((await streams.getStreamBody(id)).status).toBe('streaming')
    await clock.advance(51_000)
    expect((await store.heads([id]))[0]?.status).toBe('timeout')
  })

  it('is not waited for by a drive whose client has left', async () => {
    const { clock, store, id, kill } = await abandoned()
    const { streams } = createRig({ store, clock })
    kill()
    const again = createHand()
    const driven = collect(await streams.stream(request('/', sse), id, again.producer, { canResume: true }))
    await driven.cancel()
    await clock.advance(200_000)
    await streams.getStreamBody(id)
    await clock.advance(200_000)
    expect([again.calls, (await store.heads([id]))[0]?.status]).toEqual([[], 'timeout'])
  })

  it('with canResume continues after the durable text, under the next epoch', async () => {
    const { clock, store, dead, id, hand, raw, kill } = await abandoned('Stored 😀. ')
    kill()
    await hand.append('Never stored.')
    await clock.advance(91_000)
    const { streams } = await proveStoreHealth(createRig({ store, clock }))
    const again = createHand()
    const response = await streams.stream(request(), id, again.producer, { canResume: true })
    expect(again.calls[0]).toMatchObject({ epoch: 2, text: 'Stored 😀. ' })
    expect([response.headers.get('Stream-Epoch'), response.headers.get('Stream-Base')]).toEqual(['2', '11'])
    const driven = collect(response)
    await again.append('Gone on.')
    await clock.advance(300)
    expect(driven.text).toBe('Stored 😀. Gone on.')

    // The driver of the first run holds text that was never stored.
    const diverged = await streams.read(request('/?offset=24&epoch=1'), id)
    expect([diverged.status, await diverged.json()]).toMatchObject([409, { code: 'diverged', offset: 11, epoch: 2 }])
    expect((await streams.read(request('/?offset=24&epoch=1', sse), id)).status).toBe(409)
    expect(await (await streams.read(request('/?offset=11&epoch=1'), id)).json()).toMatchObject({
      offset: 11,
      text: 'Gone on.',
      epoch: 2,
      base: 11,
    })

    // The first process comes back and is fenced.
    for (const act of ['append', 'beat', 'close', 'heads'] as const) delete dead.instead[act]
    again.finish()
    await clock.advance(300)
    expect(driven.isDone).toBe(true)
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'Stored 😀. Gone on.', status: 'done' })
    expect(raw.text).toBe('Stored 😀. Never stored.')
  })

  it('works over HTTP too, though the meta is read first', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    await clock.advance(91_000)
    const { streams } = await proveStoreHealth(createRig({ store, clock }))
    const again = createHand()
    const handle = streams.handler({
      basePath: '/streams',
      authorize: async ({ getMeta }) => (await getMeta()) === null,
      produce: again.producer,
      canResume: true,
    })
    const response = await handle(request(`/streams/${id}/drive`, { method: 'POST' }))
    expect(response.headers.get('Stream-Epoch')).toBe('2')
    expect(again.calls[0]).toMatchObject({ epoch: 2, text: 'Stored. ' })
  })

  it('sends the whole text to a reader that missed more than one claim', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    for (let turn = 0; turn < 2; turn++) {
      await clock.advance(91_000)
      const wrapped = spyStore(store)
      const { streams } = await proveStoreHealth(createRig({ store: wrapped, clock }))
      const hand = createHand()
      await streams.stream(request(), id, hand.producer, { canResume: true })
      await hand.append('More. ')
      await clock.advance(300)
      for (const act of ['append', 'beat'] as const) wrapped.instead[act] = () => new Promise(() => undefined)
    }
    const { streams } = createRig({ store, clock })
    expect(await (await streams.read(request('/?offset=14&epoch=1'), id)).json()).toMatchObject({
      offset: 0,
      text: 'Stored. More. More. ',
      epoch: 3,
    })
  })

  it('sends a follower the new epoch and its base, and fails a raw drive that reads the store', async () => {
    const { clock, store, id, kill } = await abandoned()
    const reading = spyStore(store)
    // Only the new claim may end it.
    reading.instead.expire = async () => ({ type: 'kept', head: (await store.heads([id]))[0] as StreamHead })
    const other = createRig({ store: reading, clock, rolloverMs: 1_000_000 })
    const followed = collect(await other.streams.read(request('/', sse), id))
    const elsewhere = collect(await other.streams.stream(request(), id, createHand().producer))
    await settled()
    expect(elsewhere.text).toBe('Stored. ')
    kill()
    await clock.advance(91_000)
    const { streams } = await proveStoreHealth(createRig({ store, clock }))
    const hand = createHand()
    await streams.stream(request(), id, hand.producer, { canResume: true })
    await hand.append('More. ')
    await clock.advance(300)
    const { events } = parseEvents(followed.text)
    expect(events.filter(({ event }) => event === 'status').at(-1)?.data).toMatchObject({ epoch: 2, base: 8 })
    expect(events.at(-1)).toEqual({ event: 'message', id: '2.14', data: 'More. ' })
    expect(elsewhere.error).toBeInstanceOf(Error)
    await followed.cancel()
  })

  it('waits a lease after the store has failed, as a timeout does', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    await clock.advance(91_000)
    const reading = spyStore(store)
    const { streams } = createRig({ store: reading, clock })
    reading.instead.read = () => Promise.reject(new Error('down'))
    expect((await streams.read(request(), id)).status).toBe(500)
    delete reading.instead.read
    const hand = createHand()
    const waiting = collect(await streams.stream(request(), id, hand.producer, { canResume: true }))
    expect(hand.calls).toEqual([])
    await waiting.cancel()
    await clock.advance(45_000)
    await streams.stream(request(), id, hand.producer, { canResume: true })
    expect(hand.calls[0]).toMatchObject({ epoch: 2, text: 'Stored. ' })
  })

  it('does not happen for a producer that cannot resume', async () => {
    const { clock, store, id, kill } = await abandoned()
    kill()
    await clock.advance(91_000)
    const { streams } = await proveStoreHealth(createRig({ store, clock }))
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    expect(hand.calls).toEqual([])
    expect((await streams.getStreamBody(id)).status).toBe('timeout')
  })
})
