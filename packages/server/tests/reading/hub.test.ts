import { describe, expect, it } from 'vitest'
import { type AuthorizeContext, memoryStore } from '../../src/index'
import { startStream } from '../../src/run/start'
import { createRuntime } from '../../src/runtime'
import { createStreamId } from '../../src/store/stream-id'
import { createFakeClock, settled } from '../support/clock'
import { followed, sse } from '../support/followed'
import { collect, createHand, createRig, parseEvents, request, textOf } from '../support/rig'
import { running } from '../support/running'
import { spyStore } from '../support/spy-store'

describe('S12 the hub', () => {
  it('reads once for all followers at the same position, and holds nothing after the last one has left', async () => {
    const { store, clock, follow, hand, streams } = await followed()
    const readers = await Promise.all(Array.from({ length: 50 }, () => follow()))
    await clock.advance(0)
    const readsBefore = store.of('read').length
    const slices = 10
    for (let index = 0; index < slices; index++) {
      await hand.append(`Sentence ${index}. `)
      await clock.advance(110)
    }
    expect(store.of('read').length - readsBefore).toBeLessThanOrEqual(slices * 2)
    for (const reader of readers) expect(textOf(parseEvents(reader.text).events)).toContain('Sentence 9.')
    for (const reader of readers) await reader.cancel()
    hand.finish()
    await clock.advance(300)
    expect(clock.timers).toBe(0)
    expect(store.watches).toBe(0)
    await streams.close()
  })

  it('does not read back from the store what a run of this process has stored', async () => {
    const { store, clock, follow, hand } = await followed()
    const reader = await follow()
    const readsBefore = store.of('read').length
    for (let index = 0; index < 400; index++) {
      await hand.append(`Sentence ${index}. `)
      await clock.advance(110)
    }
    expect(store.of('append').length).toBeGreaterThanOrEqual(400)
    expect(textOf(parseEvents(reader.text).events)).toContain('Sentence 399.')
    expect(store.of('read').length - readsBefore).toBe(0)
    hand.finish()
    await clock.advance(300)
    expect(parseEvents(reader.text).events.at(-1)).toMatchObject({ event: 'end', data: { status: 'done' } })
    expect(store.of('read').length - readsBefore).toBeLessThanOrEqual(2)
  })

  it('reads the text of a run once for all followers at the same position, until more is durable', async () => {
    const clock = createFakeClock()
    const runtime = createRuntime({ store: memoryStore({ now: clock.now }), environment: clock })
    const id = createStreamId()
    await runtime.options.store.create(id, null)
    const hand = createHand()
    await startStream(runtime.runs, id, hand.producer, {})
    const read = () => runtime.hub.readStored(id, 0, 100)
    for (const text of ['One. ', 'Two. ']) {
      await hand.append(text)
      await clock.advance(1_000)
      expect(read()?.text.endsWith(text)).toBe(true)
      expect(read()).toBe(read())
    }
    hand.finish()
    await clock.advance(1_000)
  })

  it.each(['a drive', 'a raw drive', 'a stored drive', 'a follower'])(
    'closes %s after a while if its host neither reads nor cancels, and serves the readers that read',
    async (kind) => {
      const { streams, id, hand, store, clock } = await running()
      const { streams: elsewhere, store: there } = createRig({ store: spyStore(store), clock })
      const host = kind === 'a stored drive' ? elsewhere : streams
      const asked = kind === 'a raw drive' ? request() : sse()
      const open = () => (kind === 'a follower' ? host.read(asked, id) : host.stream(asked, id, () => undefined))
      const reader = (await open()).body?.getReader()
      await reader?.read()
      const read = collect(await host.read(sse(), id))
      await hand.append('Hello')
      hand.finish()
      await clock.advance(8_100)
      expect(clock.timers).toBeGreaterThan(0)
      await clock.advance(100_000)
      expect(parseEvents(read.text).events.at(-1)).toMatchObject({ event: 'end', data: { status: 'done' } })
      expect(clock.timers).toBe(0)
      expect(((kind === 'a stored drive' ? there : store) as typeof store).watches).toBe(0)
    },
  )

  it('polls less and less often while nothing changes, and finds what notifications missed', async () => {
    const { store: real, clock } = createRig()
    const writer = createRig({ store: real, clock })
    const unnotified = spyStore({ ...real, watch: () => () => undefined })
    const { streams } = createRig({ store: unnotified, clock })
    const id = await writer.streams.createStream()
    const hand = createHand()
    await writer.streams.stream(request(), id, hand.producer)
    const reader = collect(await streams.read(sse(), id))
    await clock.advance(60_000 * 0.5)
    const quiet = unnotified.of('heads').length
    expect(quiet).toBeGreaterThan(4)
    expect(quiet).toBeLessThan(14)
    await hand.append('Missed.')
    await clock.advance(5_300)
    expect(textOf(parseEvents(reader.text).events)).toBe('Missed.')
    await reader.cancel()
    const before = unnotified.of('heads').length
    await clock.advance(20_000)
    expect(unnotified.of('heads').length).toBe(before)
  })

  it.each(['a snapshot', 'another follower', 'a read of its meta'])(
    'sends its followers what another process stored also if %s got it first',
    async (first) => {
      const { store: real, clock, streams: writer } = createRig()
      const { streams } = createRig({ store: { ...real, watch: () => () => undefined }, clock })
      const id = await writer.createStream()
      const hand = createHand()
      await writer.stream(request(), id, hand.producer)
      const follower = collect(await streams.read(sse(), id))
      await clock.advance(20_000)
      await hand.append('Missed.')
      hand.finish()
      await settled()
      if (first === 'a snapshot') await streams.read(request(), id)
      else if (first === 'another follower') await streams.read(sse(), id)
      else {
        const authorize = async ({ getMeta }: AuthorizeContext) => (await getMeta()) !== null
        await streams.handler({ basePath: '', authorize })(request(`/${id}`))
      }
      expect(follower.text).not.toContain('Missed.')
      // A head that a read found needs no poll. Meta comes without a head.
      await (first === 'a read of its meta' ? clock.advance(5_300) : settled())
      expect(textOf(parseEvents(follower.text).events)).toBe('Missed.')
      expect(follower.isDone).toBe(true)
    },
  )

  it('does not poll sooner if notifications are enough', async () => {
    const { store, clock, hand, follow } = await followed()
    const reader = await follow()
    await clock.advance(20_000)
    const before = store.of('heads').length
    for (let index = 0; index < 200; index++) {
      await hand.append('word ')
      await clock.advance(100)
    }
    await clock.advance(300)
    expect(textOf(parseEvents(reader.text).events)).toHaveLength(1_000)
    expect(store.of('heads').length - before).toBeLessThan(15)
    await reader.cancel()
  })

  it('does not poll sooner because of the writes of a run in this process', async () => {
    const { store, clock, hand } = await running()
    for (let index = 0; index < 600; index++) {
      await hand.append('word ')
      await clock.advance(100)
    }
    expect(store.of('append').length).toBeGreaterThan(100)
    expect(store.of('heads').length).toBeLessThan(25)
  })

  it('polls again if the store does not respond to a poll, and ignores a late result', async () => {
    const { store: real, clock, streams: writer } = createRig()
    const unnotified = spyStore({ ...real, watch: () => () => undefined })
    const { streams, errors } = createRig({ store: unnotified, clock, rolloverMs: 1_000_000 })
    const id = await writer.createStream()
    const hand = createHand()
    await writer.stream(request(), id, hand.producer)
    const follower = collect(await streams.read(sse(), id))
    let respond: () => void = () => undefined
    unnotified.instead.heads = async (pass) => {
      const heads = await pass()
      await new Promise<void>((resolve) => {
        respond = resolve
      })
      return heads
    }
    await clock.advance(1_000)
    delete unnotified.instead.heads
    await hand.append('Missed.')
    await clock.advance(21_000)
    expect(textOf(parseEvents(follower.text).events)).toBe('Missed.')
    expect(errors).toMatchObject([{ error: { code: 'store' }, context: { source: 'store' } }])
    const polls = unnotified.of('heads').length
    respond()
    await settled()
    expect(unnotified.of('heads').length).toBe(polls)
    await follower.cancel()
    expect(clock.timers).toBeGreaterThan(0)
    hand.finish()
    await clock.advance(300)
    expect(clock.timers).toBe(0)
  })

  it('polls for a follower that comes after the last one has left during a poll', async () => {
    const { store: real, clock, streams: writer } = createRig()
    const unnotified = spyStore({ ...real, watch: () => () => undefined })
    const { streams } = createRig({ store: unnotified, clock })
    const id = await writer.createStream()
    const hand = createHand()
    await writer.stream(request(), id, hand.producer)
    const early = collect(await streams.read(sse(), id))
    unnotified.instead.heads = () => new Promise(() => undefined)
    await clock.advance(1_000)
    await early.cancel()
    delete unnotified.instead.heads
    const late = collect(await streams.read(sse(), id))
    await clock.advance(1_000)
    await hand.append('Missed.')
    await clock.advance(5_300)
    expect(textOf(parseEvents(late.text).events)).toBe('Missed.')
  })

  it('misses nothing that is stored while a follower joins', async () => {
    const { store, clock, hand, follow } = await followed()
    const early = await follow()
    await hand.append('One. ')
    await clock.advance(300)
    let release: () => void = () => undefined
    store.instead.read = async (pass) => {
      const range = await pass()
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return range
    }
    const joining = follow()
    await settled()
    delete store.instead.read
    await hand.append('Two.')
    hand.finish()
    await clock.advance(110)
    release()
    const late = await joining
    await clock.advance(0)
    expect(textOf(parseEvents(late.text).events)).toBe('One. Two.')
    expect(late.isDone).toBe(true)
    expect(early.isDone).toBe(true)
  })

  it('shares no read that began before a notification', async () => {
    const { store, clock, hand, follow, streams, id } = await followed()
    const early = await follow()
    await clock.advance(0)
    let release: () => void = () => undefined
    store.instead.read = async (pass) => {
      const range = await pass()
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return range
    }
    const before = streams.getStreamBody(id)
    await settled()
    delete store.instead.read
    await hand.append('Stored.')
    await clock.advance(0)
    const joined = collect(await streams.read(request(`/?offset=0`), id))
    const body = await streams.getStreamBody(id)
    release()
    expect(body.text).toBe('Stored.')
    expect((await before).text).toBe('')
    await settled()
    expect(joined.text).toContain('Stored.')
    await early.cancel()
  })
})
