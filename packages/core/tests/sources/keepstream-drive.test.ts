import { describe, expect, it } from 'vitest'
import { json } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { events, served } from '../support/served'
import { shown } from '../support/setup'
import { wire } from '../support/wire'

useFakeTime()

describe('keepstream(), driving', () => {
  it('joins from where the page is that was rendered with a text that goes on', async () => {
    const { client, asked } = served({ drive: () => events(wire.grows(5), wire.text(5, 'lo'), wire.end(5)) })
    const stream = client.stream('a', { initial: { text: 'Hel', status: 'streaming', origin: { epoch: 1, base: 0 } } })
    stream.attach({ start: true })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', isReconciled: false })
    expect(asked()).toEqual(['POST /streams/a/drive?offset=3&epoch=1'])
  })

  it('reads the events up to the explicit end', async () => {
    const { client, asked, fetch } = served({
      drive: () => events(wire.grows(0), wire.text(3, 'Hel'), wire.keepAlive, wire.text(5, 'lo'), wire.end(5)),
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', connection: 'closed', error: undefined })
    expect(asked()).toEqual(['POST /streams/a/drive'])
    expect(fetch.requests[0]?.headers.get('accept')).toBe('application/vnd.keepstream, text/event-stream;q=0.9')
    expect(fetch.requests[0]?.init.redirect).toBe('manual')
  })

  it('encodes the id, wherever it stands', async () => {
    const id = 'a/b?c=d#e%é'
    const { client, asked } = served({
      drive: () => events(wire.grows(0)),
      read: () => events(wire.text(1, 'x'), wire.end(1)),
      stop: () => json({ status: 'done', offset: 1 }),
    })
    const stream = client.stream(id)
    stream.attach({ start: true })
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
      drive: () => events(wire.grows(0, { epoch: 2 }), wire.text(3, 'Hel', 2)),
      read: () => events(wire.grows(5, { epoch: 2 }), wire.text(5, 'lo', 2), wire.end(5, 'done', undefined, 2)),
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    expect(asked()).toEqual(['POST /streams/a/drive', 'GET /streams/a?offset=3&epoch=2'])
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', isReconciled: false })
  })

  it('drives again while the stream is still pending, since that joins there', async () => {
    let drives = 0
    const { client, asked } = served({
      drive: () =>
        ++drives === 1 ? json({ code: 'server' }, { status: 503 }) : events(wire.text(2, 'ab'), wire.end(2)),
      read: () => events(wire.status({ status: 'pending', offset: 0 })),
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await pass(5000)
    expect(asked()).toEqual(['POST /streams/a/drive', 'GET /streams/a?offset=0', 'POST /streams/a/drive'])
    expect(shown(stream)).toMatchObject({ text: 'ab', status: 'done', error: undefined })
  })

  it('shows the whole text of a stream that was finished before', async () => {
    const { client } = served({
      drive: () => events(wire.status({ status: 'stopped', offset: 5 }), wire.text(5, 'Hello'), wire.end(5, 'stopped')),
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'stopped' })
  })
})
