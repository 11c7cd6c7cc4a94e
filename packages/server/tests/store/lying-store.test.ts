import { describe, expect, it } from 'vitest'
import { memoryStore, type StreamHead, type WriteResult } from '../../src'
import { settled } from '../support/clock'
import { proveStoreHealth } from '../support/prove-store-health'
import { collect, createHand, createRig, request } from '../support/rig'
import { spyStore } from '../support/spy-store'

function createWorld(options: Parameters<typeof createRig>[0] = {}) {
  const rig = createRig({ ...options, wrap: spyStore })
  return { ...rig, store: rig.store as ReturnType<typeof spyStore> }
}

async function producing(options: Parameters<typeof createRig>[0] = {}) {
  const world = createWorld(options)
  const id = await world.streams.createStream()
  const hand = createHand()
  const driver = collect(await world.streams.stream(request(), id, hand.producer))
  return { ...world, id, hand, driver }
}

describe('S19 a store whose writes', () => {
  it('close with too little text prevent `done`', async () => {
    const { clock, store, streams, hand, driver, errors } = await producing()
    store.instead.close = async (pass) => {
      const result = (await pass()) as Extract<WriteResult, { type: 'ok' }>
      return { ...result, offset: result.offset - 1 }
    }
    await hand.append('0123456789')
    hand.finish()
    await clock.advance(20_000)
    expect(driver).toMatchObject({ isDone: false, error: expect.anything() })
    expect(errors[0]?.error).toMatchObject({ code: 'corrupt' })
    await Promise.all([streams.close(), clock.advance(60_000)])
  })

  it.each([
    { offset: Number.NaN },
    { offset: -1 },
    { offset: 1.5 },
    { offset: undefined },
    { epoch: 0 },
    { meta: undefined },
  ])('claim with %o start no producer', async (wrong) => {
    const { store, streams } = createWorld()
    const id = await streams.createStream()
    store.instead.claim = async (pass) => ({ ...(await pass()), ...wrong }) as never
    const hand = createHand()
    const response = await streams.stream(request(), id, hand.producer)
    expect([response.status, hand.calls]).toEqual([500, []])
    expect(await response.json()).toMatchObject({ code: 'corrupt' })
  })

  it.each<[string, (head: StreamHead, call: number) => object]>([
    ['before the start', () => ({ offset: -5 })],
    ['at an unknown status', () => ({ status: 'paused' })],
    ['in another stream', () => ({ id: 'another' })],
  ])('conflict %s end the run as `error`', async (_, change) => {
    const { clock, store, streams, id, hand } = await producing()
    let calls = 0
    store.instead.append = async () => {
      const [head] = await store.heads([id])
      return {
        type: 'conflict',
        head: { ...(head as StreamHead), ...change(head as StreamHead, ++calls) } as StreamHead,
      }
    }
    await hand.append('Some text.')
    await clock.advance(20_000)
    expect(await streams.getStreamBody(id)).toMatchObject({ status: 'error', text: '' })
    expect(calls).toBe(1)
  })

  it('conflict at alternating offsets are repeated with waits', async () => {
    const { clock, store, id, hand, streams } = await producing()
    let calls = 0
    store.instead.append = async () => {
      const [head] = await store.heads([id])
      return { type: 'conflict', head: { ...(head as StreamHead), offset: ++calls % 2 } }
    }
    await hand.append('Some text.')
    await clock.advance(10_000)
    expect(calls).toBeGreaterThan(2)
    expect(calls).toBeLessThan(20)
    delete store.instead.append
    await Promise.all([streams.close(), clock.advance(60_000)])
  })
})

describe('S19 a store whose list', () => {
  it('has entries without a true head leaves these out, and reports them', async () => {
    const { store, streams, id, errors } = await producing()
    await streams.createStream({ id: 'listed', owner: 'ada' })
    store.instead.list = async (pass) => {
      const [whole] = await pass()
      const broken = [undefined, {}, { head: { ...whole?.head, status: 'paused' } }]
      return [...broken, whole] as never
    }
    expect((await streams.list({ owner: 'ada' })).streams).toMatchObject([{ id: 'listed' }])
    expect(errors.map(({ error }) => error)).toMatchObject(Array(3).fill({ code: 'corrupt' }))
    store.instead.list = async () => undefined as never
    await expect(streams.list({ owner: 'ada' })).rejects.toMatchObject({ code: 'store' })
    expect((await streams.getStreamBody(id)).status).toBe('streaming')
  })
})

describe('S19 a store whose heads', () => {
  it.each<[string, (heads: readonly StreamHead[]) => unknown]>([
    ['are missing', () => []],
    ['are of another stream', (heads) => heads.map((head) => ({ ...head, id: 'another' }))],
    ['have an unknown status', (heads) => heads.map((head) => ({ ...head, status: 'paused' }))],
    ['have an epoch that is a string', (heads) => heads.map((head) => ({ ...head, epoch: '9' }))],
    ['are undefined', () => undefined],
  ])('%s does not disturb a healthy run', async (_, change) => {
    const { clock, store, streams, id, hand, driver, events } = await producing()
    await hand.append('Half. ')
    await clock.advance(2_000)
    store.instead.heads = async (pass) => change(await pass()) as never
    await clock.advance(60_000)
    delete store.instead.heads
    await hand.append('Whole.')
    hand.finish()
    await clock.advance(1_000)
    expect(driver).toMatchObject({ text: 'Half. Whole.', isDone: true })
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'Half. Whole.', status: 'done' })
    expect(events.filter(({ type }) => type === 'fenced')).toEqual([])
  })

  it('have an unknown status reject a stop instead of reporting an end', async () => {
    const { clock, store, streams, id } = await producing()
    store.instead.requestStop = async (pass) => ({ ...(await pass()), status: 'cancelled', offset: null }) as never
    await expect(streams.stopStream(id)).rejects.toMatchObject({ code: 'corrupt' })
    delete store.instead.requestStop
    await clock.advance(10_000)
  })

  it('have not ended after an expiry make it corrupt, and no end is reported', async () => {
    const { clock, store, id } = await producing({ leaseMs: 1_000 })
    store.instead.beat = () => new Promise(() => undefined)
    const reader = createRig({ store, clock, leaseMs: 1_000 })
    store.instead.expire = async () => ({ type: 'expired', head: (await store.heads([id]))[0] as StreamHead })
    await proveStoreHealth(reader, 1_000)
    await clock.advance(2_000)
    await proveStoreHealth(reader, 1_000)
    expect((await reader.streams.getStreamBody(id)).status).toBe('streaming')
    expect(reader.errors).toMatchObject([{ error: { code: 'corrupt' }, context: { id, source: 'store' } }])
    expect(reader.events).toEqual([])
    delete store.instead.beat
    delete store.instead.expire
    await clock.advance(60_000)
  })
})

describe('a store whose reads lag behind its writes', () => {
  it('is read twice, and not without end', async () => {
    const { clock, store, streams, id, hand } = await producing({ leaseMs: 1_000 })
    await hand.append('Half. ')
    await clock.advance(300)
    const reader = createRig({ store, clock, leaseMs: 1_000 })
    store.instead.beat = () => new Promise(() => undefined)
    await proveStoreHealth(reader, 1_000)
    const stale = await store.read(id, 0, 100)
    const lapsed = { ...stale, head: { ...stale?.head, isStalled: true, isLapsed: true } }
    store.instead.read = async () => lapsed as never
    store.instead.expire = async () => ({ type: 'kept', head: { ...lapsed.head, offset: 3, isLapsed: false } }) as never
    const before = store.of('read').length
    expect((await reader.streams.getStreamBody(id).catch((error: unknown) => error)) as object).toBeTruthy()
    expect(store.of('read').length - before).toBeLessThan(10)
    store.instead.beat = (pass) => pass()
    delete store.instead.read
    await Promise.all([streams.close(), clock.advance(60_000)])
  })
})

describe('a text that is read in slices', () => {
  it('is never joined from two texts if the store lost text between the slices', async () => {
    const world = createWorld()
    const id = await world.streams.createStream()
    const first = 'A'.repeat(400_000)
    const hand = createHand()
    collect(await world.streams.stream(request(), id, hand.producer))
    await hand.append(first)
    await world.clock.advance(1_000)
    let reads = 0
    world.store.instead.read = async (pass) => {
      const range = (await pass()) as NonNullable<Awaited<ReturnType<typeof world.store.read>>>
      // The second slice is of a later claim, which began below the first one's end.
      return ++reads === 2 ? { ...range, head: { ...range.head, epoch: 2, base: 100_000 } } : range
    }
    expect((await world.streams.getStreamBody(id)).text).toBe(first)
    expect(reads).toBeGreaterThan(3)
    hand.finish()
    await world.clock.advance(1_000)
  })
})

describe('one stream that cannot be expired', () => {
  it.each<[string, () => Promise<never>]>([
    ['because its store never responds', () => new Promise(() => undefined)],
    ['because it is damaged', () => Promise.reject(Object.assign(new Error('lost'), { code: 'corrupt' }))],
  ])('%s does not delay the followers of another stream', async (_, expire) => {
    const clock = createRig().clock
    const real = memoryStore({ now: clock.now })
    const store = spyStore(real)
    const dead = createRig({ store, clock, leaseMs: 1_000 })
    const reader = createRig({ store, clock, leaseMs: 1_000 })
    const ids = [await dead.streams.createStream(), await dead.streams.createStream()] as const
    for (const id of ids) await real.claim(id, { owner: 'gone', leaseMs: 1_000, canTakeOver: false })
    store.instead.watch = () => () => undefined
    store.instead.expire = (pass) => (store.of('expire').at(-1)?.[0] === ids[0] ? expire() : pass())
    const sse = () => request('/', { headers: { Accept: 'text/event-stream' } })
    const readers = await Promise.all(ids.map(async (id) => collect(await reader.streams.read(sse(), id))))
    await clock.advance(10_000)
    await settled()
    expect(readers[1]?.text).toContain('event: end')
    await Promise.all([reader.streams.close(), clock.advance(60_000)])
  })
})
