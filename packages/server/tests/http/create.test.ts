import { describe, expect, it } from 'vitest'
import {
  type AuthorizeContext,
  type CreateContext,
  createStreams,
  memoryStore,
  type StreamStore,
} from '../../src/index'
import { createFakeClock, settled } from '../support/clock'
import { collect, createHand, createRig, request } from '../support/rig'

const chosen = 'a_message-0123456789-id'

function served(options: Partial<Parameters<ReturnType<typeof createRig>['streams']['handler']>[0]> = {}) {
  const rig = createRig()
  const hand = createHand()
  const created: CreateContext[] = []
  const handle = rig.streams.handler({
    basePath: '/streams',
    authorize: 'public',
    produce: hand.producer,
    create(context) {
      created.push(context)
      const user = context.request.headers.get('x-user')
      return { meta: { user }, owner: user ?? 'nobody', group: 'chat' }
    },
    ...options,
  })
  const post = (path: string, init: RequestInit = {}) => handle(request(path, { method: 'POST', ...init }))
  return { ...rig, hand, created, handle, post }
}

describe('S29 one request', () => {
  it('creates a stream, drives it and streams its text, with the body for `create` and for the producer', async () => {
    const { post, hand, created, streams, clock } = served()
    const response = await post(`/streams/${chosen}/create`, { body: 'Why?', headers: { 'x-user': 'ada' } })
    expect(response.headers.get('Stream-Id')).toBe(chosen)
    const driven = collect(response)
    await settled()
    expect(await created[0]?.request.text()).toBe('Why?')
    expect(hand.calls).toMatchObject([{ id: chosen, meta: { user: 'ada' } }])
    expect(await hand.calls[0]?.request.text()).toBe('Why?')
    await hand.append('Because.')
    hand.finish()
    await clock.advance(1_000)
    expect(driven).toMatchObject({ text: 'Because.', isDone: true, error: undefined })
    expect(await streams.getStreamBody(chosen)).toMatchObject({ text: 'Because.', status: 'done' })
    expect(await streams.list({ owner: 'ada', group: 'chat' })).toMatchObject({ streams: [{ id: chosen }] })
  })

  it('makes an id if none is chosen, and names it', async () => {
    const { post, hand } = served()
    const response = await post('/streams/')
    const id = response.headers.get('Stream-Id')
    expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/)
    await settled()
    expect(hand.calls).toMatchObject([{ id }])
  })

  it('joins when it is repeated, at once or later, and produces once', async () => {
    const { post, hand, created, clock } = served()
    const both = await Promise.all([post(`/streams/${chosen}/create`), post(`/streams/${chosen}/create`)])
    const readers = both.map(collect)
    await settled()
    readers.push(collect(await post(`/streams/${chosen}/create`)))
    await hand.append('Once.')
    hand.finish()
    await clock.advance(1_000)
    readers.push(collect(await post(`/streams/${chosen}/create`)))
    await clock.advance(1_000)
    expect(readers.map(({ text, isDone }) => [text, isDone])).toEqual(Array(4).fill(['Once.', true]))
    expect(hand.calls).toHaveLength(1)
    expect(created.length).toBeLessThanOrEqual(2)
  })

  it('joins the stream of another only if it may drive it', async () => {
    const asked: [string, unknown][] = []
    const authorize = async ({ request: { headers }, action, getMeta }: AuthorizeContext) => {
      const meta = (await getMeta()) as { user: string } | undefined
      asked.push([action, meta])
      return action === 'create' || meta?.user === headers.get('x-user')
    }
    const { post, hand } = served({ authorize })
    const ask = (user: string) => post(`/streams/${chosen}/create`, { headers: { 'x-user': user } })
    expect((await ask('ada')).status).toBe(200)
    await settled()
    expect(await (await ask('eve')).json()).toMatchObject({ code: 'not-found' })
    expect((await ask('ada')).status).toBe(200)
    expect(hand.calls).toHaveLength(1)
    const meta = { user: 'ada' }
    expect(asked).toEqual([
      ['create', undefined],
      ...Array(2)
        .fill([
          ['create', meta],
          ['drive', meta],
        ])
        .flat(),
    ])
  })

  it('creates nothing if it is refused or crosses origins', async () => {
    const { post, created, handle } = served({ authorize: () => new Response(null, { status: 401 }) })
    expect((await post('/streams')).status).toBe(401)
    expect((await post('/streams', { headers: { origin: 'https://evil.example' } })).status).toBe(403)
    expect((await handle(request('/streams'))).headers.get('Allow')).toBe('POST')
    expect(created).toEqual([])
  })

  it('is refused for an id that others can guess', async () => {
    const { post, created } = served()
    expect(await (await post('/streams/message-1/create')).json()).toMatchObject({ code: 'invalid-request' })
    expect(created).toEqual([])
  })

  it('is 404 without `create`, and `create` without a producer is a mistake', async () => {
    const { streams } = createRig()
    const handle = streams.handler({ basePath: '/streams', authorize: 'public', produce: () => {} })
    for (const path of ['', `/${chosen}/create`, `/${chosen}/constructor`])
      expect((await handle(request(`/streams${path}`, { method: 'POST' }))).status).toBe(404)
    expect(() => streams.handler({ basePath: '/', authorize: 'public', create: () => ({}) })).toThrow('pass produce')
  })

  it.each([
    ['nothing', () => undefined],
    ['a response', () => new Response()],
    ['a meta that JSON cannot hold', () => ({ meta: 1n })],
    ['an owner that no store can keep', () => ({ owner: '' })],
  ])('is 500, and is reported, if `create` returns %s', async (_, create) => {
    const { post, hand, errors } = served({ create: create as never })
    expect((await post('/streams')).status).toBe(500)
    expect([hand.calls, errors.length]).toEqual([[], 1])
  })
})

describe('S28 an id that was chosen', () => {
  it('makes one stream, and `ensureStream` tells whether it is new', async () => {
    const { streams } = createRig()
    const options = { id: 'message-1', meta: { a: 1, b: [{ c: 2, d: 3 }] } }
    expect(await streams.ensureStream(options)).toEqual({ id: 'message-1', isNew: true })
    const same = { id: 'message-1', meta: { b: [{ d: 3, c: 2 }], a: 1 } }
    expect(await streams.ensureStream(same)).toEqual({ id: 'message-1', isNew: false })
    expect(await streams.createStream(options)).toBe('message-1')
    for (const meta of [undefined, { a: 1 }, { ...options.meta, b: [] }])
      await expect(streams.createStream({ id: 'message-1', meta })).rejects.toMatchObject({ code: 'exists' })
    expect(await streams.ensureStream({ id: 'x' })).toEqual({ id: 'x', isNew: true })
    expect(await streams.ensureStream({ id: 'x', meta: null })).toEqual({ id: 'x', isNew: false })
  })

  it.each(['', 'a/b', '..', 'é', 'x'.repeat(65), 7, null])('is refused if it is %j', async (id) => {
    const { streams } = createRig()
    const attempt = streams.createStream({ id: id as string })
    await expect(attempt).rejects.toMatchObject({ code: 'invalid-option', message: expect.stringContaining('1 to 64') })
  })

  it('may come back after its stream was deleted, and no reader takes the one text for the other', async () => {
    const { streams, clock } = createRig()
    const handle = streams.handler({ basePath: '/streams', authorize: 'public' })
    const produce = async (text: string) => {
      await streams.createStream({ id: 'again' })
      const { finished } = await streams.start('again', ({ append }) => append(text))
      await clock.advance(1_000)
      await finished
      return (await streams.getStreamBody('again')).origin
    }
    const { epoch } = await produce('The first text.')
    await streams.deleteStream('again')
    const later = await produce('A second text that is longer.')
    expect(later.epoch).toBeGreaterThan(epoch)
    const read = await handle(request(`/streams/again?offset=15&epoch=${epoch}`))
    expect(await read.json()).toMatchObject({ offset: 0, text: 'A second text that is longer.', epoch: later.epoch })
  })

  it('may come back while another process still produces the deleted stream, which writes nothing more', async () => {
    const clock = createFakeClock()
    const store = memoryStore({ now: clock.now })
    const server = (own: StreamStore) => createStreams({ store: own, environment: clock, onError: () => {} })
    const [here, there] = [server(store), server(store)]
    await here.createStream({ id: 'again' })
    const old = createHand()
    const { finished } = await here.start('again', old.producer)
    await old.append('Old text.')
    await clock.advance(300)
    await there.deleteStream('again')
    await there.createStream({ id: 'again' })
    const next = await there.start('again', ({ append }) => append('New text.'))
    await old.append(' More of it.')
    await clock.advance(3_000)
    expect(await finished).toMatchObject({ status: 'fenced' })
    expect(await next.finished).toMatchObject({ status: 'done' })
    expect(await here.getStreamBody('again')).toMatchObject({ text: 'New text.', status: 'done' })
  })
})
