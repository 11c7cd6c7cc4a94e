import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Finish, Produced, Producer } from '../../src/index'
import { collect, createRig, parseEvents, request } from '../support/rig'

const length = { finishReason: 'length' }

/** Each way in which a producer can return a finish reason. */
const producers: [string, Producer][] = [
  [
    'its own result',
    ({ append }) => {
      void append('half')
      return length
    },
  ],
  [
    'what it resolves to',
    async ({ append }) => {
      await append('half')
      return length
    },
  ],
  [
    "a generator's return value",
    async function* () {
      yield 'half'
      return length
    },
  ],
]

const sse = { headers: { Accept: 'text/event-stream' } }

describe('S22 a finish reason', () => {
  it.each(producers)('as %s is sent with the status, on every path', async (_, producer) => {
    const { streams, clock, store, events } = createRig()
    const id = await streams.createStream()
    const driven = collect(await streams.stream(request('/', sse), id, producer))
    await clock.advance(300)
    const end = { event: 'end', data: { status: 'done', offset: 4, ...length } }
    expect(parseEvents(driven.text).events.at(-1)).toMatchObject(end)

    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'half', status: 'done', ...length })
    expect((await store.heads([id]))[0]).toMatchObject(length)
    expect(events.find(({ type }) => type === 'closed')).toEqual({
      type: 'closed',
      id,
      offset: 4,
      status: 'done',
      ...length,
    })
    expect(await (await streams.read(request(), id)).json()).toMatchObject({ text: 'half', status: 'done', ...length })
    for (const init of [{ method: 'HEAD' }, { headers: { Accept: 'text/plain' } }, {}])
      expect((await streams.read(request('/', init), id)).headers.get('Stream-Finish-Reason')).toBe('length')
    const followed = collect(await streams.read(request('/', sse), id))
    await clock.advance(0)
    expect(parseEvents(followed.text).events.at(-1)).toMatchObject(end)
    const again = collect(await streams.stream(request('/', sse), id, producer))
    await clock.advance(0)
    expect(parseEvents(again.text).events.at(-1)).toMatchObject(end)
    expect(await streams.stopStream(id)).toEqual({ status: 'done', offset: 4, epoch: 1, ...length })
  })

  it('is left out if the producer returned none', async () => {
    for (const finish of [undefined, {}, { finishReason: undefined }, { finishReason: null }, 'half', 4]) {
      const { streams, clock } = createRig()
      const id = await streams.createStream()
      await streams.stream(request(), id, async function* () {
        yield 'half'
        return finish as Finish
      })
      await clock.advance(300)
      const body = await streams.getStreamBody(id)
      expect(body).toMatchObject({ text: 'half', status: 'done' })
      expect(body).not.toHaveProperty('finishReason')
      const snapshot = await streams.read(request(), id)
      expect(snapshot.headers.has('Stream-Finish-Reason')).toBe(false)
      expect(await snapshot.json()).not.toHaveProperty('finishReason')
    }
  })

  it('is left out if the text ended in another way', async () => {
    const { streams, clock } = createRig({ maxLength: 4 })
    const long = await streams.createStream()
    await streams.stream(request(), long, async function* () {
      yield 'too long'
      return { finishReason: 'stop' }
    })
    await clock.advance(300)
    expect(await (await streams.read(request(), long)).json()).toEqual(
      expect.not.objectContaining({ finishReason: expect.anything() }),
    )
    expect(await streams.getStreamBody(long)).toMatchObject({ text: 'too ', status: 'error' })
  })

  it.each([
    ['of another type', 7],
    ['that is empty', ''],
    ['that is too long', 'x'.repeat(65)],
    ['that would break a header', 'stop\r\nSet-Cookie: a=b'],
    ['with a space', 'end turn'],
    ['outside ASCII', 'Länge'],
    ['that is a promise', () => Promise.reject(new Error('not awaited'))],
  ])('%s is refused with the fix', async (_, given) => {
    for (const isOwn of [true, false]) {
      const finishReason = typeof given === 'function' ? given() : given
      const { streams, clock, errors } = createRig()
      const id = await streams.createStream()
      const finish = { finishReason } as Finish
      await streams.stream(request(), id, () => (isOwn ? finish : generated(finish)))
      await clock.advance(300)
      expect(await streams.getStreamBody(id)).toMatchObject({ text: '', status: 'error' })
      expect(errors).toMatchObject([{ error: { code: 'invalid-text' }, context: { source: 'producer' } }])
      expect(String(errors[0]?.error)).toMatch(/finishReason.*64.*fromAiSdk/)
    }

    // biome-ignore lint/correctness/useYield: only its return value matters
    async function* generated(finish: Finish) {
      return finish
    }
  })

  it('has a type that accepts no promise and no result of an SDK', () => {
    expectTypeOf<{ finishReason: string }>().toExtend<Produced>()
    expectTypeOf<AsyncGenerator<string, void, undefined>>().toExtend<Produced>()
    expectTypeOf<AsyncGenerator<string, { finishReason: string }, undefined>>().toExtend<Produced>()
    expectTypeOf<{ finishReason: Promise<string> }>().not.toExtend<Produced>()
    expectTypeOf<AsyncGenerator<string, string, undefined>>().not.toExtend<Produced>()
  })
})
