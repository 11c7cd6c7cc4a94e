import { describe, expect, it } from 'vitest'
import type { HandlerOptions, StreamList, Streams } from '../../src/index'
import { createFakeClock } from '../support/clock'
import { createHand, createRig, request } from '../support/rig'

const ids = ({ streams }: StreamList) => streams.map(({ id }) => id)

async function withStreams() {
  const rig = createRig({ clock: createFakeClock() })
  const { streams, clock } = rig
  const create = async (id: string, owner: string, group?: string) => {
    await streams.createStream({ id, owner, group })
    await clock.advance(10)
  }
  await create('one', 'ada', 'chat')
  await create('two', 'ada', 'chat')
  await create('three', 'eve', 'chat')
  await create('four', 'ada')
  return rig
}

async function all(streams: Streams, limit: number): Promise<string[][]> {
  const pages: string[][] = []
  let cursor: string | undefined
  do {
    const page = await streams.list({ owner: 'ada', limit, ...(cursor && { cursor }) })
    pages.push(ids(page))
    cursor = page.cursor
  } while (cursor)
  return pages
}

describe('S30 a list', () => {
  it('has the streams of an owner, a group or both, the latest first, in pages', async () => {
    const { streams } = await withStreams()
    expect(await all(streams, 50)).toEqual([['four', 'two', 'one']])
    expect(await all(streams, 2)).toEqual([['four', 'two'], ['one']])
    expect(await all(streams, 3)).toEqual([['four', 'two', 'one']])
    expect(ids(await streams.list({ group: 'chat' }))).toEqual(['three', 'two', 'one'])
    expect(ids(await streams.list({ owner: 'ada', group: 'chat' }))).toEqual(['two', 'one'])
    expect(await streams.list({ owner: 'nobody' })).toEqual({ streams: [] })
  })

  it('tells how each stream stands, and finds those that run or have just ended', async () => {
    const { streams, clock } = await withStreams()
    const hand = createHand()
    await streams.start('two', hand.producer)
    await hand.append('Text.')
    await clock.advance(500)
    const { finished } = await streams.start('one', ({ append }) => append('x').then(() => ({ finishReason: 'stop' })))
    await clock.advance(500)
    await finished
    const { streams: found } = await streams.list({ owner: 'ada', status: ['streaming', 'done'] })
    expect(found).toMatchObject([
      { id: 'two', status: 'streaming', offset: 5, owner: 'ada', group: 'chat', isStalled: false },
      { id: 'one', status: 'done', offset: 1, finishReason: 'stop', endedAt: expect.any(Number) },
    ])
    expect(Object.keys(found[0] ?? {})).not.toContain('endedAt')
    const endedAt = found[1]?.endedAt ?? 0
    expect(ids(await streams.list({ owner: 'ada', endedSince: endedAt }))).toEqual(['four', 'two', 'one'])
    expect(ids(await streams.list({ owner: 'ada', endedSince: endedAt + 1 }))).toEqual(['four', 'two'])
    hand.finish()
    await clock.advance(500)
    expect(ids(await streams.list({ owner: 'ada', status: 'streaming' }))).toEqual([])
  })

  it('ends a stream whose producer is gone, as a reader does, so that no list shows it running for ever', async () => {
    const { streams, store, clock } = await withStreams()
    await store.claim('two', { owner: 'a process that died', leaseMs: 1_000, canTakeOver: false })
    // This process must have known the store for a lease before it ends a stream.
    for (let at = 0; at < 200_000; at += 5_000) {
      await streams.list({ owner: 'ada' })
      await clock.advance(5_000)
    }
    const { streams: running } = await streams.list({ owner: 'ada', status: 'streaming' })
    const { streams: ended } = await streams.list({ owner: 'ada', status: 'timeout' })
    expect([running, ended]).toMatchObject([[], [{ id: 'two', endedAt: expect.any(Number) }]])
    expect(clock.timers).toBe(0)
  })

  it.each([
    ['no owner and no group', {}, 'needs an owner or a group'],
    ['an owner that no store can keep', { owner: 'a\0' }, 'owner'],
    ['an empty group', { group: '' }, 'group'],
    ['an unknown status', { owner: 'a', status: 'running' }, 'status'],
    ['a cursor of something else', { owner: 'a', cursor: 'x' }, 'cursor'],
    ['too many', { owner: 'a', limit: 1_001 }, 'limit'],
    ['a moment that is no number', { owner: 'a', endedSince: new Date() }, 'endedSince'],
  ])('is refused with %s', async (_, options, name) => {
    const { streams } = createRig()
    const attempt = streams.list(options as never)
    await expect(attempt).rejects.toMatchObject({ code: 'invalid-option', message: expect.stringContaining(name) })
  })
})

describe('S30 GET of the base path', () => {
  async function served(options: Partial<HandlerOptions> = {}) {
    const rig = await withStreams()
    const handle = rig.streams.handler({
      basePath: '/streams',
      authorize: 'public',
      list: ({ request: { headers }, group }) => ({ owner: headers.get('x-user') ?? 'nobody', group }),
      ...options,
    })
    const get = async (query = '', user = 'ada') =>
      handle(request(`/streams${query}`, { headers: { 'x-user': user, origin: 'http://server.test' } }))
    return { ...rig, handle, get }
  }

  it('lists what `list` says that the request may see', async () => {
    const { get } = await served()
    const list = async (query?: string, user?: string) => ids(await (await get(query, user)).json())
    expect(await list()).toEqual(['four', 'two', 'one'])
    expect(await list('?group=chat&owner=eve')).toEqual(['two', 'one'])
    expect(await list('', 'eve')).toEqual(['three'])
    const page = await (await get('?limit=2&status=pending,streaming&endedSince=0')).json()
    expect(page).toMatchObject({ streams: [{ id: 'four' }, { id: 'two' }], cursor: expect.any(String) })
    expect(await list(`/?limit=2&cursor=${page.cursor}`)).toEqual(['one'])
    expect((await get()).headers.get('Cache-Control')).toBe('private, no-cache')
  })

  it('asks `authorize` first, with the action `list` and without an id', async () => {
    const asked: unknown[] = []
    const { get } = await served({
      authorize: async ({ id, action, getMeta }) => {
        asked.push([id, action, await getMeta()])
        return false
      },
    })
    expect((await get()).status).toBe(404)
    expect(asked).toEqual([['', 'list', undefined]])
  })

  it('refuses a query that cannot be used, and reports a scope that is none', async () => {
    const { get } = await served()
    for (const query of ['?status=running', '?limit=0', '?limit=x', '?endedSince=x', '?cursor=x'])
      expect(await (await get(query)).json()).toMatchObject({ code: 'invalid-request' })
    for (const scope of [undefined, {}, { owner: '' }, { owner: 7 }]) {
      const broken = await served({ list: () => scope as never })
      expect((await broken.get()).status).toBe(500)
      expect(broken.errors).toHaveLength(1)
    }
  })

  it('is 404 without `list`, and 405 for other methods', async () => {
    const { streams, handle } = await served()
    const without = streams.handler({ basePath: '/streams', authorize: 'public' })
    expect((await without(request('/streams'))).status).toBe(404)
    const refused = await handle(request('/streams', { method: 'DELETE' }))
    expect([refused.status, refused.headers.get('Allow')]).toEqual([405, 'GET'])
  })
})
