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

describe('a snapshot', () => {
  it('starts at an offset, and has what is needed to continue', async () => {
    const { read } = await withText('Hello', true)
    const response = await read('/?offset=2&epoch=1')
    expect(await response.json()).toEqual({
      offset: 2,
      text: 'llo',
      status: 'streaming',
      epoch: 1,
      base: 0,
      upToDate: true,
    })
    expect(response.headers.get('Cache-Control')).toBe('private, no-cache')
    expect(response.headers.get('Vary')).toContain('Accept')
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  })

  it('as plain text has the rest in its headers', async () => {
    const { read } = await withText('\uFEFFHello\r\n')
    const response = await read('/', { Accept: 'text/plain' })
    expect([...new Uint8Array(await response.arrayBuffer())].slice(0, 4)).toEqual([0xef, 0xbb, 0xbf, 0x48])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'stream-offset': '8',
      'stream-status': 'done',
      'stream-epoch': '1',
    })
  })

  it('by HEAD has only the headers, and follows nothing', async () => {
    const { read, clock } = await withText('Hello')
    for (const Accept of ['*/*', 'text/event-stream', 'text/plain']) {
      const response = await read('/', { Accept }, 'HEAD')
      expect([response.status, response.body, response.headers.get('Stream-Offset')]).toEqual([200, null, '5'])
      expect(response.headers.get('ETag')).toBeTruthy()
    }
    expect(clock.timers).toBe(0)
  })

  it('is 304 if the client has it, until anything changes', async () => {
    const { read, hand, clock } = await withText('Hello', true)
    const etag = (await read()).headers.get('ETag') ?? ''
    expect(etag).toMatch(/^"[\x21\x23-\x7e]+"$/)
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const response = await read('/', { 'If-None-Match': tags })
      expect([response.status, response.body, response.headers.get('ETag')]).toEqual([304, null, etag])
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

  it('beyond the tail is empty and has the offset of the tail', async () => {
    const { read } = await withText('Hello', true)
    const response = await read('/?offset=99&epoch=1')
    expect(await response.json()).toEqual({
      offset: 5,
      text: '',
      status: 'streaming',
      epoch: 1,
      base: 0,
      upToDate: true,
    })
  })

  it('as JSON is at most 1 Mi units, never ends inside a surrogate pair, and is terminal only at the end', async () => {
    const text = `x${'😀'.repeat(600_000)}`
    const { read } = await withText(text)
    const parts: string[] = []
    let position = 0
    for (let turn = 0; turn < 9; turn++) {
      const response = await read(`/?offset=${position}`)
      const { offset, text: part, status, upToDate } = await response.json()
      expect(offset).toBe(position)
      expect([status, response.headers.get('Stream-Status')]).toEqual(
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

  it('as plain text is the whole text, which is read while the client takes it', async () => {
    const text = `x${'😀'.repeat(600_000)}`
    const { streams, store, id } = await withText(text, false, spyStore)
    for (const offset of [0, 1, 11, text.length - 2, text.length]) {
      const response = await streams.read(request(`/?offset=${offset}`, { headers: { Accept: 'text/plain' } }), id)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'stream-offset': String(text.length),
        'stream-status': 'done',
        'stream-up-to-date': 'true',
      })
      expect((await response.text()) === text.slice(offset)).toBe(true)
    }
    expect(Math.max(...(store as SpyStore).of('read').map(([, , max]) => max))).toBe(1_048_576)
    const before = (store as SpyStore).of('read').length
    const response = await streams.read(request('/', { headers: { Accept: 'text/plain' } }), id)
    await response.body?.getReader().read()
    await settled()
    expect((store as SpyStore).of('read').length).toBe(before + 1)
  })

  it.each(['is deleted', 'is lost', 'has changed'])(
    'as plain text fails and never just ends if the rest %s',
    async (fate) => {
      const text = 'x'.repeat(1_200_000)
      const { streams, store, id } = await withText(text, false, spyStore)
      const { instead } = store as SpyStore
      const response = await streams.read(request('/', { headers: { Accept: 'text/plain' } }), id)
      const reader = response.body?.getReader()
      expect((await reader?.read())?.value).toHaveLength(1_048_576)
      if (fate === 'is deleted') await streams.deleteStream(id)
      instead.read = async (pass) => {
        const range = await pass()
        if (!range || fate === 'is deleted') return range
        return fate === 'is lost'
          ? { ...range, text: '' }
          : { ...range, head: { ...range.head, epoch: 2, base: 1_100_000 } }
      }
      const code = { 'is deleted': 'not-found', 'is lost': 'corrupt', 'has changed': 'store' }[fate]
      await expect(reader?.read()).rejects.toMatchObject({ code })
    },
  )

  it.each(['-1', '1.5', 'abc', '', '1e3', '9999999999999999', '0x1', ' 1'])('refuses the offset %j', async (offset) => {
    const { read } = await withText('Hello')
    const response = await read(`/?offset=${encodeURIComponent(offset)}`)
    expect([response.status, (await response.json()).code]).toEqual([400, 'invalid-offset'])
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

  it('of an unknown stream or a malformed id is 404', async () => {
    const { streams } = createRig()
    for (const id of ['0123456789abcdefghijkl', 'x', '', '../../etc/passwd', "' or 1=1"]) {
      const response = await streams.read(request(), id)
      expect([response.status, await response.json()]).toEqual([
        404,
        { code: 'not-found', message: 'There is no such stream.' },
      ])
    }
  })

  it('reserves live=, and allows only GET and HEAD', async () => {
    const { read } = await withText('Hello')
    expect((await read('/?live=sse')).status).toBe(400)
    expect((await read('/', {}, 'PUT')).status).toBe(405)
  })

  it('has the media type that the client prefers', async () => {
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
