import { describe, expect, it } from 'vitest'
import type { AuthorizeRequest } from '../../src/index'
import { settled } from '../support/clock'
import { followed, sse } from '../support/followed'
import { collect, createHand, createRig, parseEvents, request, textOf } from '../support/rig'
import { running } from '../support/running'
import { spyStore } from '../support/spy-store'

describe('S12 the hub', () => {
  it('reads once for all followers at the same position, and leaves nothing when the last has left', async () => {
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

  it.each(['a drive', 'a stored drive', 'a follower'])(
    'forgets %s after a while whose host neither reads nor cancels, and goes on for those who read',
    async (kind) => {
      const { streams, id, hand, store, clock } = await running()
      const { streams: elsewhere, store: there } = createRig({ store: spyStore(store), clock })
      const host = kind === 'a stored drive' ? elsewhere : streams
      const open = () => (kind === 'a follower' ? host.read(sse(), id) : host.stream(sse(), id, () => undefined))
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

  it('glances less and less often while hints are enough, and finds what hints missed', async () => {
    const { store: real, clock } = createRig()
    const writer = createRig({ store: real, clock })
    const deaf = spyStore({ ...real, watch: () => () => undefined })
    const { streams } = createRig({ store: deaf, clock })
    const id = await writer.streams.createStream()
    const hand = createHand()
    await writer.streams.stream(request(), id, hand.producer)
    const reader = collect(await streams.read(sse(), id))
    await clock.advance(60_000 * 0.5)
    const quiet = deaf.of('heads').length
    expect(quiet).toBeGreaterThan(4)
    expect(quiet).toBeLessThan(14)
    await hand.append('Unannounced.')
    await clock.advance(5_300)
    expect(textOf(parseEvents(reader.text).events)).toBe('Unannounced.')
    await reader.cancel()
    const before = deaf.of('heads').length
    await clock.advance(20_000)
    expect(deaf.of('heads').length).toBe(before)
  })

  it.each(['a look', 'another follower', 'a question for its meta'])(
    'tells its followers what another process stored, also when %s saw it first',
    async (first) => {
      const { store: real, clock, streams: writer } = createRig()
      const { streams } = createRig({ store: { ...real, watch: () => () => undefined }, clock })
      const id = await writer.createStream()
      const hand = createHand()
      await writer.stream(request(), id, hand.producer)
      const follower = collect(await streams.read(sse(), id))
      await clock.advance(20_000)
      await hand.append('Unannounced.')
      hand.finish()
      await settled()
      if (first === 'a look') await streams.read(request(), id)
      else if (first === 'another follower') await streams.read(sse(), id)
      else {
        const authorize = async ({ getMeta }: AuthorizeRequest) => (await getMeta()) !== null
        await streams.handler({ basePath: '', authorize })(request(`/${id}`))
      }
      expect(follower.text).not.toContain('Unannounced.')
      await clock.advance(5_300)
      expect(textOf(parseEvents(follower.text).events)).toBe('Unannounced.')
      expect(follower.isDone).toBe(true)
    },
  )

  it('does not hurry its glances where hints are enough', async () => {
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

  it('does not hurry its glances for what a run in this process writes itself', async () => {
    const { store, clock, hand } = await running()
    for (let index = 0; index < 600; index++) {
      await hand.append('word ')
      await clock.advance(100)
    }
    expect(store.of('append').length).toBeGreaterThan(100)
    expect(store.of('heads').length).toBeLessThan(25)
  })

  it('goes on glancing when the store leaves a glance unanswered, and ignores an answer that comes too late', async () => {
    const { store: real, clock, streams: writer } = createRig()
    const deaf = spyStore({ ...real, watch: () => () => undefined })
    const { streams, errors } = createRig({ store: deaf, clock, rolloverMs: 1_000_000 })
    const id = await writer.createStream()
    const hand = createHand()
    await writer.stream(request(), id, hand.producer)
    const follower = collect(await streams.read(sse(), id))
    let answer: () => void = () => undefined
    deaf.instead.heads = async (pass) => {
      const heads = await pass()
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return heads
    }
    await clock.advance(1_000)
    delete deaf.instead.heads
    await hand.append('Unannounced.')
    await clock.advance(21_000)
    expect(textOf(parseEvents(follower.text).events)).toBe('Unannounced.')
    expect(errors).toMatchObject([{ error: { code: 'store' }, context: { source: 'store' } }])
    const glances = deaf.of('heads').length
    answer()
    await settled()
    expect(deaf.of('heads').length).toBe(glances)
    await follower.cancel()
    expect(clock.timers).toBeGreaterThan(0)
    hand.finish()
    await clock.advance(300)
    expect(clock.timers).toBe(0)
  })

  it('glances for those who come after the last one left in the middle of a glance', async () => {
    const { store: real, clock, streams: writer } = createRig()
    const deaf = spyStore({ ...real, watch: () => () => undefined })
    const { streams } = createRig({ store: deaf, clock })
    const id = await writer.createStream()
    const hand = createHand()
    await writer.stream(request(), id, hand.producer)
    const early = collect(await streams.read(sse(), id))
    deaf.instead.heads = () => new Promise(() => undefined)
    await clock.advance(1_000)
    await early.cancel()
    delete deaf.instead.heads
    const late = collect(await streams.read(sse(), id))
    await clock.advance(1_000)
    await hand.append('Unannounced.')
    await clock.advance(5_300)
    expect(textOf(parseEvents(late.text).events)).toBe('Unannounced.')
  })

  it('misses nothing that is stored while a follower is on its way in', async () => {
    const { store, clock, hand, follow } = await followed()
    const early = await follow()
    await hand.append('One. ')
    await clock.advance(300)
    let letGo: () => void = () => undefined
    store.instead.read = async (pass) => {
      const range = await pass()
      await new Promise<void>((resolve) => {
        letGo = resolve
      })
      return range
    }
    const joining = follow()
    await settled()
    delete store.instead.read
    await hand.append('Two.')
    hand.finish()
    await clock.advance(110)
    letGo()
    const late = await joining
    await clock.advance(0)
    expect(textOf(parseEvents(late.text).events)).toBe('One. Two.')
    expect(late.isDone).toBe(true)
    expect(early.isDone).toBe(true)
  })

  it('lets nobody join a read that began before a hint', async () => {
    const { store, clock, hand, follow, streams, id } = await followed()
    const early = await follow()
    await clock.advance(0)
    let letGo: () => void = () => undefined
    store.instead.read = async (pass) => {
      const range = await pass()
      await new Promise<void>((resolve) => {
        letGo = resolve
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
    letGo()
    expect(body.text).toBe('Stored.')
    expect((await before).text).toBe('')
    await settled()
    expect(joined.text).toContain('Stored.')
    await early.cancel()
  })
})
