import { createStreamId } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { json } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { events, served } from '../support/served'
import { shown } from '../support/setup'
import { wire } from '../support/wire'

useFakeTime()

const start = { create: true, body: 'Why?' }
const missing = () => json({ code: 'not-found' }, { status: 404 })
const lost = (): never => {
  throw new TypeError('failed to fetch')
}

describe('keepstream(), creating a stream', () => {
  it('asks in one request, and follows from its epoch after a cut', async () => {
    const { client, asked, fetch } = served({
      drive: () => events(wire.grows(0, { epoch: 7 }), wire.text(3, 'Hel', 7)),
      read: () => events(wire.grows(5, { epoch: 7 }), wire.text(5, 'lo', 7), wire.end(5, 'done', undefined, 7)),
    })
    const stream = client.stream('a')
    stream.attach({ start })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done' })
    expect(asked()).toEqual(['POST /streams/a/create', 'GET /streams/a?offset=3&epoch=7'])
    expect(fetch.requests[0]?.init.body).toBe('Why?')
  })

  it('asks again if the request was lost, because the server does not know the stream', async () => {
    let creates = 0
    const { client, asked } = served({
      drive: () => (++creates < 3 ? lost() : events(wire.text(2, 'ab'), wire.end(2))),
      read: missing,
    })
    const stream = client.stream('a')
    stream.attach({ start })
    await pass(20_000)
    expect(shown(stream)).toMatchObject({ text: 'ab', status: 'done', error: undefined })
    expect(creates).toBe(3)
    expect(new Set(asked())).toEqual(new Set(['POST /streams/a/create', 'GET /streams/a?offset=0']))
  })

  it('goes on waiting for a server that takes long to create, whose store has no such stream yet', async () => {
    let respond = (_: Response) => {}
    const response = new Promise<Response>((resolve) => {
      respond = resolve
    })
    const { client, asked } = served({ drive: () => response as never, read: missing })
    const stream = client.stream('a')
    stream.attach({ start })
    await pass(15_000)
    expect(shown(stream)).toMatchObject({ text: '', status: 'pending', error: undefined })
    respond(events(wire.text(2, 'ab'), wire.end(2)))
    await pass(1_000)
    expect(shown(stream)).toMatchObject({ text: 'ab', status: 'done' })
    expect(asked().filter((line) => line.startsWith('POST'))).toEqual(['POST /streams/a/create'])
  })

  it('does not ask again for a stream that was deleted after it began', async () => {
    const { client, asked } = served({ drive: () => events(wire.grows(0), wire.text(3, 'Hel')), read: missing })
    const stream = client.stream('a')
    stream.attach({ start })
    await pass(5_000)
    expect(shown(stream)).toMatchObject({ text: 'Hel', error: { code: 'not-found' } })
    expect(asked()).toEqual(['POST /streams/a/create', 'GET /streams/a?offset=3&epoch=1'])
  })

  it('shows a refusal', async () => {
    const { client } = served({ drive: missing })
    const stream = client.stream('a')
    stream.attach({ start })
    await settle()
    expect(shown(stream)).toMatchObject({ connection: 'failed', error: { code: 'not-found' } })
  })

  it('stops a stream whose creation is on its way', async () => {
    let stops = 0
    let respond = (_: Response) => {}
    const response = new Promise<Response>((resolve) => {
      respond = resolve
    })
    const { client } = served({
      drive: () => response as never,
      read: missing,
      stop: () => (++stops < 3 ? missing() : json({ status: 'stopped', offset: 0 })),
    })
    const stream = client.stream('a')
    stream.attach({ start })
    await settle()
    const stopping = stream.stop()
    await pass(1_000)
    respond(events(wire.grows(0), wire.end(0, 'stopped')))
    await pass(1_000)
    await stopping
    expect(shown(stream)).toMatchObject({ status: 'stopped' })
    expect(stops).toBe(3)
  })
})

describe('createStreamId()', () => {
  it('makes 22 characters of base64url, another time others', () => {
    const ids = Array.from({ length: 200 }, createStreamId)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(new Set(ids).size).toBe(200)
  })
})
