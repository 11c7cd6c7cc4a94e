import { createStreamClient, keepstream } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { bodyOf, type FakeRequest, fakeFetch, json, openBody } from './support/fake-fetch'
import { pass, settle, useFakeTime } from './support/fake-time'
import { shown, WAITS } from './support/setup'
import { SSE, wire } from './support/wire'

useFakeTime()

/** A client of a server that answers by route. */
function served(routes: {
  drive?: (request: FakeRequest) => Response
  read?: (request: FakeRequest, count: number) => Response
  stop?: (request: FakeRequest) => Response
}) {
  let reads = 0
  const fetch = fakeFetch((request) => {
    const { url, method } = request
    const answer =
      method === 'GET'
        ? routes.read?.(request, ++reads)
        : url.endsWith('/drive')
          ? routes.drive?.(request)
          : routes.stop?.(request)
    if (!answer) throw new Error(`nobody answers ${method} ${url}`)
    return answer
  })
  const client = createStreamClient({ ...keepstream({ url: '/streams', fetch }), poll: WAITS, retry: WAITS })
  const asked = () => fetch.requests.map(({ method, url }) => `${method} ${url}`)
  return { client, fetch, asked }
}

const events = (...parts: string[]) => bodyOf(parts, SSE)
const status = (offset: number, upToDate = false, epoch = 1, base = 0) =>
  wire.status({ status: 'streaming', offset, epoch, base, upToDate } as never)

describe('keepstream(), driving', () => {
  it('reads the events up to the explicit end', async () => {
    const { client, asked, fetch } = served({
      drive: () => events(status(0), wire.text(3, 'Hel'), wire.keepAlive, wire.text(5, 'lo'), wire.end(5)),
    })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', connection: 'closed', error: undefined })
    expect(asked()).toEqual(['POST /streams/a/drive'])
    expect(fetch.requests[0]?.headers.get('accept')).toBe('text/event-stream')
    expect(fetch.requests[0]?.init.redirect).toBe('error')
  })

  it('encodes the id, wherever it stands', async () => {
    const id = 'a/b?c=d#e%é'
    const { client, asked } = served({
      drive: () => events(status(0)),
      read: () => events(wire.text(1, 'x'), wire.end(1)),
      stop: () => json({ status: 'done', offset: 1 }),
    })
    const stream = client.stream(id)
    stream.attach({ driven: true })
    const stopping = stream.stop()
    await pass(1000)
    await stopping
    const encoded = 'a%2Fb%3Fc%3Dd%23e%25%C3%A9'
    expect([...new Set(asked())].sort()).toEqual([
      `GET /streams/${encoded}?offset=0&epoch=1`,
      `POST /streams/${encoded}/drive`,
      `POST /streams/${encoded}/stop`,
    ])
  })

  it('follows from the offset and the epoch after a cut', async () => {
    const { client, asked } = served({
      drive: () => events(status(0, false, 2), wire.text(3, 'Hel', 2)),
      read: () => events(status(5, false, 2), wire.text(5, 'lo', 2), wire.end(5, 'done', undefined, 2)),
    })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await settle()
    expect(asked()).toEqual(['POST /streams/a/drive', 'GET /streams/a?offset=3&epoch=2'])
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', isReconciled: false })
  })

  it('drives again while the stream is still pending, since that joins there', async () => {
    let drives = 0
    const { client, asked } = served({
      drive: () =>
        ++drives === 1 ? json({ code: 'server' }, { status: 503 }) : events(wire.text(2, 'ab'), wire.end(2)),
      read: () => events(wire.status({ status: 'pending', offset: 0 } as never)),
    })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await pass(5000)
    expect(asked()).toEqual(['POST /streams/a/drive', 'GET /streams/a?offset=0', 'POST /streams/a/drive'])
    expect(shown(stream)).toMatchObject({ text: 'ab', status: 'done', error: undefined })
  })

  it('shows the whole text of a stream that was finished before', async () => {
    const { client } = served({
      drive: () =>
        events(wire.status({ status: 'stopped', offset: 5 } as never), wire.text(5, 'Hello'), wire.end(5, 'stopped')),
    })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'stopped' })
  })
})

describe('keepstream(), following', () => {
  it('reads the backlog, then the news, then the end', async () => {
    const body = openBody(SSE)
    const { client, asked } = served({ read: () => body.response })
    const stream = client.stream('a')
    stream.attach()
    body.send(status(5))
    body.send(wire.text(5, 'Hello'))
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', isCaughtUp: false, connection: 'live' })
    body.send(status(5, true))
    await settle()
    expect(shown(stream).isCaughtUp).toBe(true)
    body.send(wire.text(11, ' world') + wire.end(11))
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done', connection: 'closed' })
    expect(asked()).toEqual(['GET /streams/a?offset=0'])
  })

  it('shows `pending` while nobody has asked for the text, and is caught up then', async () => {
    const body = openBody(SSE)
    const { client } = served({ read: () => body.response })
    const stream = client.stream('a')
    stream.attach()
    body.send(wire.status({ status: 'pending', offset: 0, epoch: 0, base: 0, upToDate: true } as never))
    await settle()
    expect(shown(stream)).toMatchObject({ text: '', status: 'pending', isCaughtUp: true, connection: 'live' })
  })

  it('takes a rollover for normal: reads on, no error is shown', async () => {
    const { client, asked } = served({
      read: (_, count) =>
        count < 4
          ? events(status(count * 2), wire.text(count * 2, 'ab'))
          : events(status(8), wire.text(8, 'ab'), wire.end(8)),
    })
    const stream = client.stream('a')
    const errors: unknown[] = []
    stream.subscribe(({ error }) => error && errors.push(error))
    await pass(10_000)
    expect(shown(stream)).toMatchObject({ text: 'abababab', status: 'done' })
    expect(asked()).toEqual([0, 2, 4, 6].map((offset) => `GET /streams/a?offset=${offset}${offset ? '&epoch=1' : ''}`))
    expect(errors).toEqual([])
  })

  it('cuts to the told base after 409 diverged, and goes on from there (P9)', async () => {
    const { client, asked } = served({
      drive: () => events(status(0), wire.text(11, 'Hello world')),
      read: (_, count) =>
        count === 1
          ? json({ code: 'diverged', message: 'cut', offset: 5, epoch: 2 }, { status: 409 })
          : events(status(5, false, 2, 5), wire.text(10, ', you', 2), wire.end(10, 'done', undefined, 2)),
    })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await pass(5000)
    expect(asked().slice(1)).toEqual(['GET /streams/a?offset=11&epoch=1', 'GET /streams/a?offset=5&epoch=2'])
    expect(shown(stream)).toMatchObject({ text: 'Hello, you', status: 'done', isReconciled: true, error: undefined })
  })

  it('cuts to the base of an epoch that begins below what is shown, and asks from there (P9)', async () => {
    const { client, asked } = served({
      drive: () => events(status(0), wire.text(11, 'Hello world')),
      read: (_, count) =>
        count === 1
          ? events(status(5), status(5, false, 2, 5), wire.text(13, 'xy', 2))
          : events(status(13, false, 2, 5), wire.text(13, ', youxyz', 2), wire.end(13, 'done', undefined, 2)),
    })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await pass(5000)
    expect(asked().slice(1)).toEqual(['GET /streams/a?offset=11&epoch=1', 'GET /streams/a?offset=5&epoch=2'])
    expect(shown(stream)).toMatchObject({ text: 'Hello, youxyz', status: 'done', isReconciled: true })
  })

  it('gives up a connection that is silent for longer than its keep-alives', async () => {
    const bodies: ReturnType<typeof openBody>[] = []
    const { client } = served({
      read: ({ init }) => {
        const body = openBody(SSE, { init })
        bodies.push(body)
        body.send(status(0, true))
        return body.response
      },
    })
    client.stream('a').attach()
    for (let beat = 0; beat < 10; beat++) {
      await pass(8000)
      bodies.at(-1)?.send(wire.keepAlive)
    }
    expect(bodies).toHaveLength(1)
    await pass(30_000)
    expect(bodies).toHaveLength(2)
    expect(bodies[0]?.isOver).toBe(true)
  })
})

describe('keepstream(), stopping', () => {
  it('posts, and shows the end that is told', async () => {
    const { client, asked } = served({
      drive: ({ init }) => {
        const body = openBody(SSE, { init })
        body.send(status(0) + wire.text(5, 'Hello'))
        return body.response
      },
      stop: () => json({ status: 'stopped', offset: 5 }),
    })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await settle()
    await stream.stop()
    expect(asked()).toEqual(['POST /streams/a/drive', 'POST /streams/a/stop'])
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'stopped', connection: 'closed' })
  })

  it.each([401, 403, 404, 500])('rejects when it is answered with %i, and reading goes on', async (code) => {
    const body = openBody(SSE)
    const { client } = served({ read: () => body.response, stop: () => json({}, { status: code }) })
    const stream = client.stream('a')
    stream.attach()
    body.send(status(2) + wire.text(2, 'ab'))
    await settle()
    await expect(stream.stop()).rejects.toMatchObject({ name: 'StreamError' })
    expect(shown(stream)).toMatchObject({ text: 'ab', connection: 'live', error: undefined })
  })

  it('waits for the terminal status when the wish is only noted (202)', async () => {
    const body = openBody(SSE)
    const fetch = fakeFetch(({ method }) =>
      method === 'GET' ? body.response : json({ status: 'streaming', offset: 2 }, { status: 202 }),
    )
    const client = createStreamClient(keepstream({ url: '/streams', fetch }))
    const stream = client.stream('a')
    stream.attach()
    body.send(wire.text(2, 'ab'))
    await settle()
    let isStopped = false
    const stopping = stream.stop().then(() => {
      isStopped = true
    })
    stopping.catch(() => {}) // awaited below
    await pass(10_000)
    expect(isStopped).toBe(false)
    body.send(wire.text(3, 'c') + wire.end(3, 'stopped'))
    await stopping
    expect(shown(stream)).toMatchObject({ text: 'abc', status: 'stopped' })
  })
})
