import { createStreamClient, type DriveRequest, fetchLive, keepstream, type StreamEvent } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { bodyOf, type FakeRequest, fakeFetch, json } from '../support/fake-fetch'
import { fakeTail } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { events, served } from '../support/served'
import { shown, WAITS } from '../support/setup'
import { wire } from '../support/wire'

useFakeTime()

const done = () => events(wire.grows(0), wire.text(2, 'ok'), wire.end(2))
const unavailable = () => json({ code: 'server' }, { status: 503 })
const pending = () => events(wire.status({ status: 'pending', offset: 0 }))

/** What one request carries, besides `accept`. */
function carried({ init, headers }: FakeRequest) {
  const { accept: _, ...rest } = Object.fromEntries(headers)
  return { body: init.body, headers: rest }
}

describe('what a drive carries', () => {
  async function drive(start: DriveRequest) {
    const { client, fetch } = served({ drive: done })
    const stream = client.stream('a')
    stream.attach({ start })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'ok', status: 'done' })
    expect(fetch.requests.map(({ url, method }) => `${method} ${url}`)).toEqual(['POST /streams/a/drive'])
    return carried(fetch.requests[0] as FakeRequest)
  }

  it.each([
    [{ prompt: 'Why?' }, '{"prompt":"Why?"}'],
    [['a', 1], '["a",1]'],
    [0, '0'],
    [false, 'false'],
    [null, 'null'],
  ])('is the value %j as JSON', async (body, sent) => {
    expect(await drive({ body })).toEqual({ body: sent, headers: { 'content-type': 'application/json' } })
  })

  it.each(['Why?', ''])('is the text %j as it is', async (body) => {
    expect(await drive({ body })).toEqual({ body, headers: {} })
  })

  it('is a form as it is, whose content type the browser sets', async () => {
    const body = new FormData()
    body.set('prompt', 'Why?')
    const sent = await drive({ body })
    expect(sent.body).toBe(body)
    expect(sent.headers).toEqual({})
  })

  it.each([{}, { body: undefined, headers: undefined }])('is nothing (%j)', async (start) => {
    expect(await drive(start)).toEqual({ body: null, headers: {} })
  })

  it('has its own headers, also without a body, and its own content type', async () => {
    expect(await drive({ headers: { 'x-model': 'small' } })).toEqual({ body: null, headers: { 'x-model': 'small' } })
    expect(await drive({ body: {}, headers: { 'Content-Type': 'application/vnd.chat+json' } })).toEqual({
      body: '{}',
      headers: { 'content-type': 'application/vnd.chat+json' },
    })
  })

  it('is sent by nothing but the drive, and is in no event of the client', async () => {
    const reported: StreamEvent[] = []
    const fetch = fakeFetch(({ url, method }) => {
      if (url.endsWith('/drive')) return events(wire.grows(0), wire.text(3, 'Hel'))
      if (method === 'POST') return json({ status: 'stopped', offset: 5 })
      return events(wire.text(5, 'lo'), wire.end(5, 'stopped'))
    })
    const client = createStreamClient({
      ...keepstream({ url: '/streams', fetch }),
      onEvent: (event) => reported.push(event),
    })
    const stream = client.stream('a')
    stream.attach({ start: { body: 'a secret', headers: { 'x-secret': 'a secret' } } })
    stream.stop()
    await settle()
    const [drive, ...others] = fetch.requests.sort((a) => (a.url.endsWith('/drive') ? -1 : 1))
    expect(drive?.init.body).toBe('a secret')
    expect(others.map(({ url }) => url).sort()).toEqual(['/streams/a/stop', '/streams/a?offset=3&epoch=1'])
    for (const other of others) expect(carried(other)).toEqual({ body: undefined, headers: {} })
    expect(reported.length).toBeGreaterThan(2)
    expect(JSON.stringify(reported)).not.toContain('secret')
  })

  it.each<[string, DriveRequest]>([
    ['a body that is a circle', { body: circle() }],
    ['a body with a bigint', { body: { secret: 1n } }],
    ['a header that HTTP has not', { headers: { 'x secret': '1' } }],
  ])('is refused, and nothing is sent, for %s', async (_, start) => {
    const { client, fetch } = served({ drive: done })
    const stream = client.stream('a')
    stream.attach({ start })
    await pass(60_000)
    expect(fetch.requests).toEqual([])
    expect(shown(stream)).toMatchObject({ connection: 'failed', error: { code: 'invalid-option' } })
    expect(shown(stream).error?.message).not.toContain('secret')
  })

  it('replaces headers of the source with the same name, and is sent again with renewed ones', async () => {
    const fetch = fakeFetch((_, count) => (count === 1 ? json({ code: 'expired' }, { status: 401 }) : done()))
    const headers = ({ isRefresh }: { isRefresh: boolean }) => ({
      authorization: isRefresh ? 'new' : 'old',
      'x-model': 'large',
    })
    const client = createStreamClient(keepstream({ url: '/streams', fetch, headers }))
    client.stream('a').attach({ start: { body: 'Why?', headers: { 'X-Model': 'small' } } })
    await settle()
    expect(fetch.requests.map(carried)).toEqual([
      { body: 'Why?', headers: { authorization: 'old', 'x-model': 'small' } },
      { body: 'Why?', headers: { authorization: 'new', 'x-model': 'small' } },
    ])
  })

  describe('when it is repeated', () => {
    /** A client whose first drive fails, and which finds the stream pending. */
    function failingOnce() {
      let drives = 0
      const { client, fetch } = served({ drive: () => (++drives === 1 ? unavailable() : done()), read: pending })
      const sent = () => fetch.requests.filter(({ url }) => url.endsWith('/drive')).map(({ init }) => init.body)
      return { client, stream: client.stream('a'), sent }
    }

    it('is the same again', async () => {
      const { stream, sent } = failingOnce()
      stream.attach({ start: { body: { prompt: 'Why?' } } })
      await pass(5000)
      expect(sent()).toEqual(['{"prompt":"Why?"}', '{"prompt":"Why?"}'])
      expect(shown(stream).status).toBe('done')
    })

    it.each([true, {}, { headers: {} }, { body: 'Something else' }])(
      'is that of the first reader, whatever `start` of a second one is (%j), and after the first has left',
      async (start) => {
        const { stream, sent } = failingOnce()
        const detach = stream.attach({ start: { body: 'Why?' } })
        stream.attach({ start })
        await settle()
        detach()
        await pass(5000)
        expect(sent()).toEqual(['Why?', 'Why?'])
      },
    )

    it('is that of the first reader that has one', async () => {
      const { stream, sent } = failingOnce()
      stream.attach({ start: true })
      stream.attach()
      stream.attach({ start: { body: 'Why?' } })
      await pass(5000)
      expect(sent()).toEqual(['Why?', 'Why?'])
    })

    it('is forgotten with the text, unless its reader is still there', async () => {
      for (const isThere of [true, false]) {
        const { client, stream, sent } = failingOnce()
        const detach = stream.attach({ start: { body: 'Why?' } })
        await settle()
        if (!isThere) detach()
        client.clear()
        stream.attach({ start: true })
        await settle()
        stream.retry()
        await pass(5000)
        expect(sent()).toEqual(['Why?', isThere ? 'Why?' : null])
      }
    })
  })

  describe('with fetchLive', () => {
    async function driveWith(start: DriveRequest | true, options: Partial<Parameters<typeof fetchLive>[0]> = {}) {
      const fetch = fakeFetch(() => bodyOf(['text']))
      const live = fetchLive({ url: '/chat', fetch, body: ({ id }) => `of ${id}`, ...options })
      const client = createStreamClient({ live, snapshot: fakeTail(), poll: WAITS })
      client.stream('a').attach({ start })
      await settle()
      return carried(fetch.requests[0] as FakeRequest)
    }

    it('comes before the option `body`', async () => {
      const { body, headers } = await driveWith({ body: { prompt: 'Why?' } })
      expect([body, headers]).toEqual(['{"prompt":"Why?"}', { 'content-type': 'application/json' }])
    })

    it('leaves that as it is if it has no body', async () => {
      expect((await driveWith(true)).body).toBe('of a')
      const { body, headers } = await driveWith({ headers: { 'x-model': 'small' } }, { headers: { 'x-other': '1' } })
      expect([body, headers]).toEqual(['of a', { 'x-model': 'small', 'x-other': '1' }])
    })

    it('is known to the functions of the options', async () => {
      const { body } = await driveWith(
        { headers: { 'x-model': 'small' } },
        { body: ({ start }) => JSON.stringify(start) },
      )
      expect(body).toBe('{"headers":{"x-model":"small"}}')
    })
  })
})

function circle() {
  const body: { secret?: unknown } = {}
  body.secret = body
  return body
}
