import { describe, expect, it } from 'vitest'
import type { StreamStore } from '../../src/index'
import { settled } from '../support/clock'
import { createHand, createRig, request } from '../support/rig'
import { type SpyStore, spyStore } from '../support/spy-store'

async function withText(text: string, isOpen = false, wrap?: (store: StreamStore) => StreamStore) {
  const rig = createRig(wrap && { wrap })
  const id = await rig.streams.createStream()
  const hand = createHand()
  await rig.streams.stream(request(), id, hand.producer)
  await hand.append(text)
  if (!isOpen) hand.finish()
  await rig.clock.advance(300)
  const read = (path = '/', headers: Record<string, string> = {}, method = 'GET') =>
    rig.streams.read(request(path, { headers, method }), id)
  return { ...rig, id, hand, read }
}

describe('a look', () => {
  it('answers from an offset, with what is needed to go on', async () => {
    const { read } = await withText('Hello', true)
    const answer = await read('/?offset=2&epoch=1')
    expect(await answer.json()).toEqual({
      offset: 2,
      text: 'llo',
      status: 'streaming',
      epoch: 1,
      base: 0,
      upToDate: true,
    })
    expect(answer.headers.get('Cache-Control')).toBe('private, no-cache')
    expect(answer.headers.get('Vary')).toContain('Accept')
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff')
  })

  it('as plain text has the rest in its headers', async () => {
    const { read } = await withText('\uFEFFHello\r\n')
    const answer = await read('/', { Accept: 'text/plain' })
    expect([...new Uint8Array(await answer.arrayBuffer())].slice(0, 4)).toEqual([0xef, 0xbb, 0xbf, 0x48])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'stream-offset': '8',
      'stream-status': 'done',
      'stream-epoch': '1',
    })
  })

  it('by HEAD has the headers alone, and follows nothing', async () => {
    const { read, clock } = await withText('Hello')
    for (const Accept of ['*/*', 'text/event-stream', 'text/plain']) {
      const answer = await read('/', { Accept }, 'HEAD')
      expect([answer.status, answer.body, answer.headers.get('Stream-Offset')]).toEqual([200, null, '5'])
      expect(answer.headers.get('ETag')).toBeTruthy()
    }
    expect(clock.timers).toBe(0)
  })

  it('is 304 for what the client has, until anything changes', async () => {
    const { read, hand, clock } = await withText('Hello', true)
    const etag = (await read()).headers.get('ETag') ?? ''
    expect(etag).toMatch(/^"[\x21\x23-\x7e]+"$/)
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const answer = await read('/', { 'If-None-Match': tags })
      expect([answer.status, answer.body, answer.headers.get('ETag')]).toEqual([304, null, etag])
    }
    expect((await read('/?offset=1', { 'If-None-Match': etag })).status).toBe(200)
    expect((await read('/', { 'If-None-Match': etag, Accept: 'text/plain' })).status).toBe(200)
    await hand.append(' world')
    await clock.advance(300)
    expect((await read('/', { 'If-None-Match': etag })).status).toBe(200)
    const grown = (await read()).headers.get('ETag') ?? ''
    hand.finish()
    await clock.advance(300)
    expect((await read('/', { 'If-None-Match': grown })).status).toBe(200)
  })

  it('beyond the tail is empty and tells the tail', async () => {
    const { read } = await withText('Hello', true)
    const answer = await read('/?offset=99&epoch=1')
    expect(await answer.json()).toEqual({ offset: 5, text: '', status: 'streaming', epoch: 1, base: 0, upToDate: true })
  })

  it('as JSON is at most 1 Mi units, never ends inside a surrogate pair, and is terminal only once all is told', async () => {
    const text = `x${'😀'.repeat(600_000)}`
    const { read } = await withText(text)
    const parts: string[] = []
    let position = 0
    for (let turn = 0; turn < 9; turn++) {
      const answer = await read(`/?offset=${position}`)
      const { offset, text: part, status, upToDate } = await answer.json()
      expect(offset).toBe(position)
      expect([status, answer.headers.get('Stream-Status')]).toEqual(
        upToDate ? ['done', 'done'] : ['streaming', 'streaming'],
      )
      expect(part.length).toBeLessThanOrEqual(1_048_576)
      expect(part).not.toMatch(/[\uD800-\uDBFF]$/)
      parts.push(part)
      position += part.length
      expect(upToDate).toBe(position === text.length)
      if (upToDate) break
    }
    expect(parts.length).toBe(2)
    expect(parts.join('') === text).toBe(true)
  })

  it('as plain text is the whole, read on as the client takes it', async () => {
    const text = `x${'😀'.repeat(600_000)}`
    const { streams, store, id } = await withText(text, false, spyStore)
    for (const offset of [0, 1, 11, text.length - 2, text.length]) {
      const answer = await streams.read(request(`/?offset=${offset}`, { headers: { Accept: 'text/plain' } }), id)
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'stream-offset': String(text.length),
        'stream-status': 'done',
        'stream-up-to-date': 'true',
      })
      expect((await answer.text()) === text.slice(offset)).toBe(true)
    }
    expect(Math.max(...(store as SpyStore).of('read').map(([, , max]) => max))).toBe(1_048_576)
    const before = (store as SpyStore).of('read').length
    const answer = await streams.read(request('/', { headers: { Accept: 'text/plain' } }), id)
    await answer.body?.getReader().read()
    await settled()
    expect((store as SpyStore).of('read').length).toBe(before + 1)
  })

  it.each(['is deleted', 'is lost', 'was taken back'])(
    'as plain text is errored, never ended, where the rest %s',
    async (fate) => {
      const text = 'x'.repeat(1_200_000)
      const { streams, store, id } = await withText(text, false, spyStore)
      const { instead } = store as SpyStore
      const answer = await streams.read(request('/', { headers: { Accept: 'text/plain' } }), id)
      const reader = answer.body?.getReader()
      expect((await reader?.read())?.value).toHaveLength(1_048_576)
      if (fate === 'is deleted') await streams.deleteStream(id)
      instead.read = async (pass) => {
        const range = await pass()
        if (!range || fate === 'is deleted') return range
        return fate === 'is lost'
          ? { ...range, text: '' }
          : { ...range, head: { ...range.head, epoch: 2, base: 1_100_000 } }
      }
      const code = { 'is deleted': 'not-found', 'is lost': 'corrupt', 'was taken back': 'store' }[fate]
      await expect(reader?.read()).rejects.toMatchObject({ code })
    },
  )

  it.each(['-1', '1.5', 'abc', '', '1e3', '9999999999999999', '0x1', ' 1'])('refuses the offset %j', async (offset) => {
    const { read } = await withText('Hello')
    const answer = await read(`/?offset=${encodeURIComponent(offset)}`)
    expect([answer.status, (await answer.json()).code]).toEqual([400, 'invalid-offset'])
    expect((await read(`/?epoch=${encodeURIComponent(offset)}`)).status).toBe(400)
  })

  it('refuses an offset inside a surrogate pair', async () => {
    const { read } = await withText('a😀b')
    for (const Accept of ['application/json', 'text/plain', 'text/event-stream']) {
      expect((await read('/?offset=2', { Accept })).status).toBe(400)
      expect((await read('/?offset=1', { Accept })).status).toBe(200)
      expect((await read('/?offset=3', { Accept })).status).toBe(200)
    }
    expect((await read('/?offset=2', {}, 'HEAD')).status).toBe(400)
  })

  it('of an unknown stream, or of something that cannot be an id, is 404', async () => {
    const { streams } = createRig()
    for (const id of ['0123456789abcdefghijkl', 'x', '', '../../etc/passwd', "' or 1=1"]) {
      const answer = await streams.read(request(), id)
      expect([answer.status, await answer.json()]).toEqual([
        404,
        { code: 'not-found', message: 'There is no such stream.' },
      ])
    }
  })

  it('keeps live= free for later, and answers nothing but GET and HEAD', async () => {
    const { read } = await withText('Hello')
    expect((await read('/?live=sse')).status).toBe(400)
    expect((await read('/', {}, 'PUT')).status).toBe(405)
  })

  it('prefers what the client prefers', async () => {
    const { read } = await withText('Hello')
    const type = async (Accept: string) => (await read('/', { Accept })).headers.get('Content-Type')
    expect(await type('*/*')).toBe('application/json')
    expect(await type('text/html')).toBe('application/json')
    expect(await type('text/*')).toBe('text/plain; charset=utf-8')
    expect(await type('text/plain;q=0.5, application/json;q=0.9')).toBe('application/json')
    expect(await type('text/event-stream;q=0, */*')).toBe('application/json')
    expect(await type('TEXT/PLAIN')).toBe('text/plain; charset=utf-8')
  })
})
