import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src'
import { driveStream } from '../../src/http/drive'
import { createRuntime } from '../../src/runtime'
import { createStreamId } from '../../src/store/stream-id'
import { createFakeClock } from '../support/clock'
import { sse } from '../support/followed'
import { collect, createHand, createRig, parseEvents, request, textOf } from '../support/rig'
import { spyStore } from '../support/spy-store'

/** A server over a store that notifies of nothing, and streams that nobody drives. */
async function idle(count: number) {
  const clock = createFakeClock()
  const shared = memoryStore({ now: clock.now })
  const store = spyStore({ ...shared, watch: () => () => undefined })
  const rig = createRig({ store, clock, rolloverMs: 100_000_000 })
  const ids = await Promise.all(Array.from({ length: count }, () => rig.streams.createStream()))
  const follow = async (id: string) => collect(await rig.streams.read(sse(), id))
  const polledIds = () => store.of('heads').reduce((sum, [requested]) => sum + requested.length, 0)
  return { ...rig, clock, shared, store, ids, follow, polledIds }
}

describe('S26 polls of heads', () => {
  it('of 400 idle streams stay rare beside a drive every two seconds', async () => {
    const { clock, streams, store, ids, follow, polledIds } = await idle(400)
    for (const id of ids) {
      await follow(id)
      await clock.advance(10)
    }
    await clock.advance(20_000)
    const before = { ids: polledIds(), polls: store.of('heads').length }
    for (let drive = 0; drive < 30; drive++) {
      const hand = createHand()
      await streams.stream(request(), await streams.createStream(), hand.producer)
      await hand.append('Small. ')
      hand.finish()
      await clock.advance(2_000)
    }
    expect(polledIds() - before.ids).toBeLessThan(6_500)
    expect(store.of('heads').length - before.polls).toBeLessThan(150)
  })

  it('make a follower who knows the head read nothing', async () => {
    const { clock, store, ids, follow } = await idle(1)
    const follower = await follow(ids[0] as string)
    await clock.advance(60_000)
    expect(store.of('read')).toHaveLength(1)
    await follower.cancel()
  })

  it('retry failed reads with a backoff, and make those of other streams no more frequent', async () => {
    const { clock, shared, store, ids, follow, polledIds, errors } = await idle(100)
    const followers = await Promise.all(ids.map(follow))
    await clock.advance(20_000)
    const id = ids[0] as string
    const { epoch } = (await shared.claim(id, { owner: 'o', leaseMs: 1e6, canTakeOver: false })) as { epoch: number }
    await shared.append(id, { epoch, offset: 0, text: 'Text.' })
    store.instead.read = () => Promise.reject(new Error('no reads'))
    const before = { reads: store.of('read').length, ids: polledIds() }
    await clock.advance(60_000)
    expect(store.of('read').length - before.reads).toBeGreaterThan(10)
    expect(store.of('read').length - before.reads).toBeLessThan(25)
    expect(polledIds() - before.ids).toBeLessThan(1_700)
    expect(errors).toHaveLength(1)
    delete store.instead.read
    await clock.advance(5_300)
    expect(textOf(parseEvents(followers[0]?.text ?? '').events)).toBe('Text.')
  })

  it('notify a follower of a write of a run in this process once, when it is durable', async () => {
    const clock = createFakeClock()
    const store = spyStore(memoryStore({ now: clock.now }))
    const runtime = createRuntime({ store, environment: clock, leaseMs: 45_000 })
    const id = createStreamId()
    await store.create(id, null)
    const hand = createHand()
    await driveStream(runtime, request(), id, hand.producer, {})
    await clock.advance(2_000)
    let wakes = 0
    const wake = () => void wakes++
    const watcher = { onHead: wake, onChange: wake }
    runtime.heads.watch(id, watcher)
    for (let write = 1; write <= 50; write++) {
      await hand.append('Sentence. ')
      await clock.advance(110)
      expect(wakes).toBe(write)
    }
    expect(store.of('append')).toHaveLength(50)
    runtime.heads.unwatch(id, watcher)
    hand.finish()
    await clock.advance(300)
  })

  it('and reads are not needed by a driven stream of this process, nor by its followers', async () => {
    const clock = createFakeClock()
    const store = spyStore(memoryStore({ now: clock.now }))
    const { streams } = createRig({ store, clock })
    const id = await streams.createStream()
    const followers = [collect(await streams.read(sse(), id)), collect(await streams.read(sse(), id))]
    await clock.advance(0)
    const before = store.of('read').length
    const hand = createHand()
    const driver = collect(await streams.stream(request(), id, hand.producer))
    for (let write = 0; write < 200; write++) {
      await hand.append('Sentence. ')
      await clock.advance(110)
    }
    hand.finish()
    await clock.advance(0)
    expect(driver.isDone).toBe(true)
    for (const { text, isDone } of followers) {
      expect(isDone).toBe(true)
      expect(textOf(parseEvents(text).events)).toBe(driver.text)
      expect(parseEvents(text).events.at(-1)).toMatchObject({ event: 'end', data: { status: 'done' } })
    }
    expect(store.of('read')).toHaveLength(before)
    // In 22 s: only as many as prove that the store is healthy.
    expect(store.of('heads').length).toBeLessThanOrEqual(6)
    expect(store.of('heads').length).toBeGreaterThanOrEqual(4)
    expect(clock.timers).toBe(0)
  })

  it('come soon once a run writes nothing any more', async () => {
    const clock = createFakeClock()
    const shared = memoryStore({ now: clock.now })
    const store = spyStore({ ...shared, watch: () => () => undefined })
    const { streams } = createRig({ store, clock })
    const id = await streams.createStream()
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    for (let write = 0; write < 50; write++) {
      await hand.append('Sentence. ')
      await clock.advance(110)
    }
    await shared.requestStop(id)
    await clock.advance(1_000)
    expect(hand.calls[0]?.signal.aborted).toBe(true)
  })

  it('and reads begin once a claim of this process found the stream taken, however many notifications came before', async () => {
    const clock = createFakeClock()
    const shared = memoryStore({ now: clock.now })
    const store = spyStore(shared)
    const { streams } = createRig({ store, clock })
    const id = await streams.createStream()
    const follower = collect(await streams.read(sse(), id))
    await clock.advance(0)
    const { epoch } = (await shared.claim(id, { owner: 'o', leaseMs: 1e6, canTakeOver: false })) as { epoch: number }
    await clock.advance(0)
    let answer: () => void = () => undefined
    store.instead.claim = async (pass) => {
      await new Promise<void>((resolve) => (answer = resolve))
      return pass()
    }
    void streams.stream(request(), id, createHand().producer)
    await clock.advance(0)
    await shared.append(id, { epoch, offset: 0, text: 'Elsewhere.' })
    await clock.advance(0)
    expect(textOf(parseEvents(follower.text).events)).toBe('')
    answer()
    await clock.advance(0)
    expect(textOf(parseEvents(follower.text).events)).toBe('Elsewhere.')
    await follower.cancel()
  })

  it('need not show a follower that its stream is resumed in this process', async () => {
    const { clock, streams, ids, shared, follow } = await idle(2)
    const id = ids[0] as string
    await shared.claim(id, { owner: 'gone', leaseMs: 45_000, canTakeOver: false })
    const follower = await follow(id)
    await follow(ids[1] as string)
    // The handler serves producers that can resume, so readers leave the stream to them for a lease.
    await streams.stream(request(), ids[1] as string, createHand().producer, { canResume: true })
    await clock.advance(100_000)
    const statuses = () => parseEvents(follower.text).events.filter(({ event }) => event === 'status')
    expect(statuses().at(-1)?.data).toMatchObject({ epoch: 1, stalled: true })
    await streams.stream(request(), id, createHand().producer, { canResume: true })
    await clock.advance(0)
    expect(statuses().at(-1)?.data).toEqual({ status: 'streaming', offset: 0, epoch: 2, base: 0, upToDate: true })
  })

  it('retry the read of a stopStream that waits for the end', async () => {
    const { clock, shared, store, ids, streams } = await idle(1)
    const id = ids[0] as string
    await shared.claim(id, { owner: 'o', leaseMs: 1e6, canTakeOver: false })
    store.instead.read = () => Promise.reject(new Error('no reads'))
    const stopping = streams.stopStream(id)
    await clock.advance(0)
    await shared.close(id, { epoch: 1, offset: 0, text: '', status: 'stopped' })
    await clock.advance(1_000)
    delete store.instead.read
    await clock.advance(2_000)
    let stopped: unknown
    void stopping.then((result) => {
      stopped = result
    })
    await clock.advance(0)
    expect(stopped).toEqual({ status: 'stopped', offset: 0, epoch: 1 })
  })

  it('serve 20 calls of stopStream together, however many notifications come', async () => {
    const clock = createFakeClock()
    const shared = memoryStore({ now: clock.now })
    const store = spyStore(shared)
    const { streams } = createRig({ store, clock })
    const id = await streams.createStream()
    const { epoch } = (await shared.claim(id, { owner: 'o', leaseMs: 1e6, canTakeOver: false })) as { epoch: number }
    const stops = Array.from({ length: 20 }, () => streams.stopStream(id))
    await clock.advance(0)
    const before = store.calls.length
    for (let write = 0; write < 90; write++) {
      await shared.append(id, { epoch, offset: write, text: '.' })
      await clock.advance(50)
    }
    expect(store.calls.length - before).toBeLessThan(120)
    await shared.close(id, { epoch, offset: 90, text: '', status: 'stopped' })
    await clock.advance(0)
    expect(await Promise.all(stops)).toEqual(Array(20).fill({ status: 'stopped', offset: 90, epoch: 1 }))
  })
})
