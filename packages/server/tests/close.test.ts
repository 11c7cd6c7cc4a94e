import { describe, expect, it } from 'vitest'
import { memoryStore } from '../src/stores/memory'
import { createFakeClock, settled } from './support/clock'
import { collect, createHand, createRig, parseEvents, request, textOf } from './support/rig'
import { spyStore } from './support/spy-store'

const sse = { headers: { Accept: 'text/event-stream' } }

async function running(options = {}) {
  const rig = createRig({ wrap: spyStore, keepsStore: true, ...options })
  const store = rig.store as ReturnType<typeof spyStore>
  const id = await rig.streams.createStream()
  const hand = createHand()
  const raw = collect(await rig.streams.stream(request(), id, hand.producer))
  const followed = collect(await rig.streams.read(request('/', sse), id))
  await hand.append('Begun. ')
  await rig.clock.advance(300)
  return { ...rig, store, id, hand, raw, followed }
}

describe('S15 close', () => {
  it('lets a run and its readers finish, and starts no other run', async () => {
    const { streams, clock, store, id, hand, raw, followed } = await running()
    const other = await streams.createStream()
    const closing = streams.close()
    expect(streams.close()).toBe(closing)
    const refused = await streams.stream(request(), other, createHand().producer)
    expect([refused.status, (await refused.json()).code]).toEqual([503, 'shutting-down'])
    const joined = collect(await streams.stream(request(), id, hand.producer))
    await hand.append('Finished.')
    await clock.advance(20_000)
    hand.finish()
    await clock.advance(300)
    await closing
    for (const reader of [raw, joined]) expect(reader).toMatchObject({ text: 'Begun. Finished.', isDone: true })
    const { events } = parseEvents(followed.text)
    expect([textOf(events), events.at(-1)?.event]).toEqual(['Begun. Finished.', 'end'])
    expect(await store.read(id, 0, 100)).toMatchObject({ text: 'Begun. Finished.', head: { status: 'done' } })
    expect([clock.timers, store.watches]).toEqual([0, 0])
  })

  it('sends the text of an ended stream to a drive while other runs finish', async () => {
    const { streams, clock, store, hand } = await running()
    const ended = await streams.createStream()
    await streams.stream(request(), ended, async ({ append }) => append('Whole.'))
    await clock.advance(300)
    const closing = streams.close()
    const driven = collect(await streams.stream(request(), ended, createHand().producer))
    await clock.advance(10)
    expect(driven).toMatchObject({ text: 'Whole.', isDone: true, error: undefined })
    const unknown = await streams.stream(request(), '0123456789abcdefghijkl', createHand().producer)
    expect(unknown.status).toBe(404)
    store.instead.heads = () => Promise.reject(new Error('down'))
    expect((await streams.stream(request(), ended, createHand().producer)).status).toBe(500)
    delete store.instead.heads
    hand.finish()
    await clock.advance(300)
    await closing
    expect((await streams.stream(request(), ended, createHand().producer)).status).toBe(503)
    expect([clock.timers, store.watches]).toEqual([0, 0])
  })

  it('ends a run that has not finished after drainMs as error, and keeps its text', async () => {
    const { streams, clock, store, id, hand, raw } = await running({ drainMs: 5_000 })
    const closing = streams.close()
    await hand.append('unfinished')
    await clock.advance(4_999)
    expect(hand.calls[0]?.signal.aborted).toBe(false)
    await clock.advance(1)
    await closing
    expect(hand.calls[0]?.signal.aborted).toBe(true)
    expect(raw).toMatchObject({ text: 'Begun. unfinished', isDone: true })
    expect(await store.read(id, 0, 100)).toMatchObject({
      text: 'Begun. unfinished',
      head: { status: 'error', error: 'shutdown' },
    })
    expect([clock.timers, store.watches]).toEqual([0, 0])
  })

  it.each(['raw text', 'events'])('ends a drive of %s that its client has stopped to read', async (form) => {
    const { streams, clock, id, hand } = await running()
    const drive = await streams.stream(form === 'events' ? request('/', sse) : request(), id, hand.producer)
    const reader = drive.body?.getReader()
    await reader?.read()
    await hand.append('x'.repeat(1_000_000))
    hand.finish()
    const closing = streams.close()
    await clock.advance(1_300)
    await closing
    // It wakes too late for the text that waited for it.
    const rest = reader?.read()
    if (form === 'events') expect(await rest).toEqual({ done: true, value: undefined })
    else await expect(rest).rejects.toMatchObject({ code: 'shutting-down' })
    expect(clock.timers).toBe(0)
  })

  it("closes followers of other processes' streams without an end event", async () => {
    const { clock, store, id: busy } = await running()
    const { streams } = createRig({ store, clock, keepsStore: true })
    const id = await streams.createStream()
    const followed = collect(await streams.read(request('/', sse), id))
    const driven = collect(await streams.stream(request(), busy, createHand().producer))
    await settled()
    await streams.close()
    await settled()
    expect(driven).toMatchObject({ text: 'Begun. ', isDone: false, error: { code: 'shutting-down' } })
    expect(followed.isDone).toBe(true)
    expect(followed.text).not.toContain('event: end')
  })

  it('abandons a run whose store does not respond, and fails its driver', async () => {
    const { streams, clock, store, hand, raw } = await running({ drainMs: 1_000, settleMs: 2_000 })
    store.instead.close = () => Promise.reject(new Error('down'))
    let isClosed = false
    void streams.close().then(() => {
      isClosed = true
    })
    await clock.advance(2_999)
    expect(isClosed).toBe(false)
    await clock.advance(1)
    expect(isClosed).toBe(true)
    expect(raw.error).toBeInstanceOf(Error)
    expect(hand.calls[0]?.signal.aborted).toBe(true)
    expect([clock.timers, store.watches]).toEqual([0, 0])
  })

  it('starts no producer for a claim that succeeds too late', async () => {
    const { streams, clock, store } = createRig({ wrap: spyStore, drainMs: 1_000, settleMs: 1_000 })
    const id = await streams.createStream()
    let respond: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      respond = resolve
    })
    const spy = store as ReturnType<typeof spyStore>
    spy.instead.claim = (pass) => gate.then(pass)
    const hand = createHand()
    const driving = streams.stream(request(), id, hand.producer)
    const closing = streams.close()
    await clock.advance(1_500)
    respond()
    expect((await driving).status).toBe(503)
    await clock.advance(2_000)
    await closing
    expect(hand.calls).toEqual([])
    expect([clock.timers, spy.watches]).toEqual([0, 0])
  })

  it('disposes the store, unless keepsStore is true', async () => {
    for (const keepsStore of [true, false]) {
      const { streams, store } = createRig({ wrap: spyStore, keepsStore })
      await streams.close()
      await streams.close()
      expect((store as ReturnType<typeof spyStore>).of('dispose')).toHaveLength(keepsStore ? 0 : 1)
    }
  })
})

describe('S15 after close', () => {
  const verbs = [
    ['GET', ''],
    ['HEAD', ''],
    ['DELETE', ''],
    ['POST', '/drive'],
    ['POST', '/stop'],
  ] as const

  it.each([true, false])('every verb is 503, and the store is not called (keepsStore: %s)', async (keepsStore) => {
    const { streams, store, errors, clock } = createRig({ wrap: spyStore, keepsStore })
    const id = await streams.createStream()
    const other = await streams.createStream()
    await streams.stopStream(id)
    const authorized: string[] = []
    const handle = streams.handler({
      basePath: '/streams',
      authorize: async ({ action, getMeta }) => {
        authorized.push(action)
        await getMeta()
        return true
      },
      produce: async ({ append }) => append('text'),
      allowedOrigins: ['https://app.example'],
    })
    await streams.close()
    const { calls, watches } = store as ReturnType<typeof spyStore>
    const before = calls.length
    for (const [method, verb] of verbs) {
      for (const accept of ['application/json', 'text/event-stream', 'text/plain']) {
        const headers = { Accept: accept, Origin: 'https://app.example' }
        const response = await handle(request(`/streams/${other}${verb}`, { method, headers }))
        const { status } = response
        expect([method, verb, status, (await response.json()).code]).toEqual([method, verb, 503, 'shutting-down'])
        expect(response.headers.get('Retry-After')).toBe('1')
        expect(response.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example')
      }
    }
    expect((await handle(request(`/streams/${id}`, { method: 'OPTIONS' }))).status).toBe(204)
    expect((await handle(request('/elsewhere'))).status).toBe(404)
    expect((await streams.read(request('/'), id)).status).toBe(503)
    expect((await streams.read(request('/', sse), id)).status).toBe(503)
    expect((await streams.stream(request(), id, () => undefined)).status).toBe(503)
    const calls503: (() => Promise<unknown>)[] = [
      () => streams.createStream(),
      () => streams.getStreamBody(id),
      () => streams.stopStream(id),
      () => streams.deleteStream(id),
      () => streams.sweep({ olderThanMs: 0 }),
    ]
    for (const call of calls503) await expect(call()).rejects.toMatchObject({ code: 'shutting-down' })
    await settled()
    expect([calls.slice(before), errors, authorized]).toEqual([[], [], []])
    expect([clock.timers, watches]).toEqual([0, 0])
  })

  it('a call in flight that fails because of it is 503 too, and is not a failure of the store', async () => {
    const { streams, store, errors } = createRig({ wrap: spyStore })
    const id = await streams.createStream()
    let fail: () => void = () => undefined
    const disposed = new Promise<never>((_, reject) => {
      fail = () => reject(new Error('the database is closed'))
    })
    const spy = store as ReturnType<typeof spyStore>
    spy.instead.read = () => disposed
    const reading = streams.read(request('/'), id)
    await settled()
    await streams.close()
    fail()
    expect((await reading).status).toBe(503)
    expect(errors).toEqual([])
  })
})

describe('S15 close, continued', () => {
  it('waits at most one second for clients that do not read', async () => {
    const { streams, clock, store, hand } = await running()
    const id = await streams.createStream()
    const idle = await streams.read(request('/', sse), id)
    hand.finish()
    let isClosed = false
    void streams.close().then(() => {
      isClosed = true
    })
    await clock.advance(900)
    expect(isClosed).toBe(false)
    await clock.advance(300)
    expect(isClosed).toBe(true)
    expect([clock.timers, store.watches]).toEqual([0, 0])
    await idle.body?.cancel()
  })
})

describe('sweep', () => {
  it('deletes streams that ended long ago', async () => {
    const { streams, clock } = createRig()
    const old = await streams.createStream()
    await streams.stopStream(old)
    await clock.advance(10_000)
    const young = await streams.createStream()
    await streams.stopStream(young)
    expect(await streams.sweep({ olderThanMs: 5_000 })).toEqual([old])
    await expect(streams.getStreamBody(old)).rejects.toMatchObject({ code: 'not-found' })
    expect((await streams.getStreamBody(young)).status).toBe('stopped')
  })

  it('counts the age by the clock of the store, so that a process whose clock is a day ahead deletes nothing early', async () => {
    const clock = createFakeClock()
    const day = 24 * 60 * 60_000
    const store = memoryStore({ now: () => clock.now() - day })
    const { streams } = createRig({ clock, store })
    const id = await streams.createStream()
    await streams.stopStream(id)
    expect(await streams.sweep({ olderThanMs: day / 2 })).toEqual([])
    await clock.advance(day / 2)
    expect(await streams.sweep({ olderThanMs: day / 2 })).toEqual([id])
  })
})
