import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/index'
import { createFakeClock, settled } from '../support/clock'
import { proveStoreHealth } from '../support/prove-store-health'
import { createHand, createRig, request } from '../support/rig'
import { running } from '../support/running'
import { spyStore } from '../support/spy-store'

const leaseMs = 45_000
const never = () => new Promise<never>(() => undefined)

describe('S24 an outage of the store', () => {
  it('is reported once under 40 runs, and its end once', async () => {
    const { clock, events, errors, streams, store: given } = createRig({ wrap: spyStore, leaseMs: 8_000 })
    const store = given as ReturnType<typeof spyStore>
    const hands = Array.from({ length: 40 }, createHand)
    const ids: string[] = []
    for (const { producer } of hands) {
      const id = await streams.createStream()
      await streams.stream(request(), id, producer)
      ids.push(id)
    }
    let failures = 0
    const fail = () => {
      failures++
      return Promise.reject(new Error('connection refused'))
    }
    for (const act of ['append', 'beat', 'close', 'heads', 'read'] as const) store.instead[act] = fail
    for (const hand of hands) await hand.append('Meanwhile. ')
    await clock.advance(60_000)
    expect(failures).toBeGreaterThan(400)
    const reports = () => events.filter(({ type }) => type.startsWith('store-'))
    expect(reports()).toEqual([{ type: 'store-failed' }])
    for (const act of ['append', 'beat', 'close', 'heads', 'read'] as const) delete store.instead[act]
    await clock.advance(7_000)
    expect(reports()).toHaveLength(1)
    await clock.advance(10_000)
    expect(reports().slice(1)).toEqual([{ type: 'store-recovered', failures }])
    expect(errors.map(({ error }) => String(error))).toEqual(['Error: connection refused'])
    for (const hand of hands) hand.finish()
    await clock.advance(1_000)
    const bodies = await Promise.all(ids.map((id) => streams.getStreamBody(id)))
    expect(new Set(bodies.map(({ text, status }) => `${status} ${text}`))).toEqual(new Set(['done Meanwhile. ']))
  })

  it('gets each different error, but only 10 of them', async () => {
    const { streams, clock, errors, store, id } = await running()
    let call = 0
    store.instead.read = () => Promise.reject(new Error(`failure ${Math.floor(call++ / 2)}`))
    for (let read = 0; read < 40; read++) await expect(streams.getStreamBody(id)).rejects.toThrow('see the cause')
    expect(errors.map(({ error }) => (error as Error).message)).toEqual(
      Array.from({ length: 10 }, (_, index) => `failure ${index}`),
    )
    expect(errors[0]?.context).toEqual({ id, source: 'store' })
    expect(clock.timers).toBeGreaterThan(0)
  })

  it('that begins after another one is reported again, also without a call between them', async () => {
    const { streams, clock, events, errors, store } = createRig({ wrap: spyStore })
    const spy = store as ReturnType<typeof spyStore>
    for (let outage = 0; outage < 2; outage++) {
      spy.instead.create = () => Promise.reject(new Error('away'))
      for (let call = 0; call < 3; call++) await expect(streams.createStream()).rejects.toMatchObject({ code: 'store' })
      delete spy.instead.create
      await streams.createStream()
      await clock.advance(leaseMs)
    }
    expect(events.map(({ type }) => type)).toEqual(['store-failed', 'store-recovered', 'store-failed'])
    expect(errors).toHaveLength(2)
  })

  it('goes on while no call succeeds, however rare the calls are', async () => {
    const { streams, clock, events, store } = createRig({ wrap: spyStore })
    const spy = store as ReturnType<typeof spyStore>
    spy.instead.create = () => Promise.reject(new Error('away'))
    for (let call = 0; call < 5; call++) {
      await expect(streams.createStream()).rejects.toMatchObject({ code: 'store' })
      await clock.advance(10 * leaseMs)
    }
    expect(events).toEqual([{ type: 'store-failed' }])
  })
})

describe('S24 a call to the store', () => {
  it('that writes and is answered 20 s late keeps its process from ending other streams for a lease', async () => {
    const clock = createFakeClock()
    const shared = memoryStore({ now: clock.now })
    // A stream whose process is gone.
    const gone = createRig({ store: shared, clock })
    const id = await gone.streams.createStream()
    await shared.claim(id, { owner: 'gone', leaseMs, canTakeOver: false })
    const store = spyStore(shared)
    const { streams } = createRig({ store, clock })
    const hand = createHand()
    await streams.stream(request(), await streams.createStream(), hand.producer)
    await clock.advance(85_000)
    store.instead.append = async (pass) => {
      delete store.instead.append
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 20_000))
      return pass()
    }
    await hand.append('Late. ')
    await clock.advance(20_300)
    expect((await shared.heads([id]))[0]?.isLapsed).toBe(true)
    // It responded, 20 s after the call.
    const status = async () => (await streams.getStreamBody(id)).status
    expect(await status()).toBe('streaming')
    // A lease after the call was given up, but not after its response.
    await clock.advance(leaseMs - 2_000)
    expect(await status()).toBe('streaming')
    await clock.advance(4_000)
    expect(await status()).toBe('timeout')
    hand.finish()
    await clock.advance(300)
  })

  it('that never settles fails after 15 s, and its run goes on', async () => {
    const { hand, clock, store, streams, id, errors, slices } = await running()
    store.instead.append = never
    await hand.append('One. ')
    await clock.advance(14_000)
    expect(slices()).toHaveLength(1)
    delete store.instead.append
    hand.finish()
    await clock.advance(2_000)
    expect(errors.map(({ error }) => String(error))).toEqual([expect.stringContaining('append() did not settle')])
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'One. ', status: 'done' })
    expect(clock.timers).toBe(0)
  })

  it.each(['delete', 'sweep'] as const)('may take longer if it is a %s', async (act) => {
    const { streams, clock, store, errors } = createRig({ wrap: spyStore })
    const id = await streams.createStream()
    const slowly = async <T>(pass: () => T) => {
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 100_000))
      return pass()
    }
    ;(store as ReturnType<typeof spyStore>).instead[act] = slowly as never
    const result = act === 'delete' ? streams.deleteStream(id) : streams.sweep({ olderThanMs: 0 })
    await clock.advance(100_000)
    expect(await result).toEqual(act === 'delete' ? undefined : [])
    expect(errors).toEqual([])
  })

  it('that is in flight when the server closes is rejected then, and leaves no timer', async () => {
    const { streams, clock, store, errors, events } = createRig({ wrap: spyStore })
    const id = await streams.createStream()
    ;(store as ReturnType<typeof spyStore>).instead.read = never
    const body = streams.getStreamBody(id)
    const outcome = expect(body).rejects.toMatchObject({ code: 'shutting-down' })
    await settled()
    expect(clock.timers).toBe(1)
    await streams.close()
    await outcome
    expect([clock.timers, errors, events]).toEqual([0, [], []])
  })

  it('without the store’s clock in its result proves nothing', async () => {
    const clock = createFakeClock()
    const shared = memoryStore({ now: clock.now })
    const { streams } = createRig({ store: shared, clock })
    const id = await streams.createStream()
    await shared.claim(id, { owner: 'gone', leaseMs, canTakeOver: false })
    for (let passed = 0; passed < 3 * leaseMs; passed += 10_000) {
      await streams.createStream()
      await clock.advance(10_000)
    }
    expect((await streams.getStreamBody(id)).status).toBe('streaming')
    await proveStoreHealth({ streams, clock })
    expect((await streams.getStreamBody(id)).status).toBe('timeout')
  })
})

it('S24 a failure of one stream is no outage', async () => {
  const { streams, store, events, id, raw } = await running()
  store.instead.read = async (pass) => {
    const range = await pass()
    return range && { ...range, start: 7 }
  }
  await expect(streams.getStreamBody(id)).rejects.toMatchObject({ code: 'corrupt' })
  expect(events.some(({ type }) => type === 'store-failed')).toBe(false)
  await raw.cancel()
})
