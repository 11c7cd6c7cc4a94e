import { describe, expect, it } from 'vitest'
import { json, openBody } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { events, served } from '../support/served'
import { shown } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

describe('keepstream(), following', () => {
  it('reads the backlog, then new text, then the end', async () => {
    const body = openBody(SSE)
    const { client, asked } = served({ read: () => body.response })
    const stream = client.stream('a')
    stream.attach()
    body.send(wire.grows(5))
    body.send(wire.text(5, 'Hello'))
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', isCaughtUp: false, connection: 'live' })
    body.send(wire.grows(5, { upToDate: true }))
    await settle()
    expect(shown(stream).isCaughtUp).toBe(true)
    body.send(wire.text(11, ' world') + wire.end(11))
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done', connection: 'closed' })
    expect(asked()).toEqual(['GET /streams/a?offset=0'])
  })

  it('shows `pending` and is caught up while the stream was not driven', async () => {
    const body = openBody(SSE)
    const { client } = served({ read: () => body.response })
    const stream = client.stream('a')
    stream.attach()
    body.send(wire.status({ status: 'pending', offset: 0, epoch: 0, base: 0, upToDate: true }))
    await settle()
    expect(shown(stream)).toMatchObject({ text: '', status: 'pending', isCaughtUp: true, connection: 'live' })
  })

  it('takes a rollover for normal: reads on, no error is shown', async () => {
    const { client, asked } = served({
      read: (_, count) =>
        count < 4
          ? events(wire.grows(count * 2), wire.text(count * 2, 'ab'))
          : events(wire.grows(8), wire.text(8, 'ab'), wire.end(8)),
    })
    const stream = client.stream('a')
    const errors: unknown[] = []
    stream.subscribe(({ error, retrying }) => (error || retrying) && errors.push(error ?? retrying))
    await pass(10_000)
    expect(shown(stream)).toMatchObject({ text: 'abababab', status: 'done' })
    expect(asked()).toEqual([0, 2, 4, 6].map((offset) => `GET /streams/a?offset=${offset}${offset ? '&epoch=1' : ''}`))
    expect(errors).toEqual([])
  })

  it('cuts to the base of 409 diverged, and goes on from there (P9)', async () => {
    const { client, asked } = served({
      drive: () => events(wire.grows(0), wire.text(11, 'Hello world')),
      read: (_, count) =>
        count === 1
          ? json({ code: 'diverged', message: 'cut', offset: 5, epoch: 2 }, { status: 409 })
          : events(wire.grows(5, { epoch: 2, base: 5 }), wire.text(10, ', you', 2), wire.end(10, 'done', undefined, 2)),
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await pass(5000)
    expect(asked().slice(1)).toEqual(['GET /streams/a?offset=11&epoch=1', 'GET /streams/a?offset=5&epoch=2'])
    expect(shown(stream)).toMatchObject({ text: 'Hello, you', status: 'done', isReconciled: true, error: undefined })
  })

  it('cuts to the base of an epoch that begins below the shown end, and reads from there (P9)', async () => {
    const { client, asked } = served({
      drive: () => events(wire.grows(0), wire.text(11, 'Hello world')),
      read: (_, count) =>
        count === 1
          ? events(wire.grows(5), wire.grows(5, { epoch: 2, base: 5 }), wire.text(13, 'xy', 2))
          : events(
              wire.grows(13, { epoch: 2, base: 5 }),
              wire.text(13, ', youxyz', 2),
              wire.end(13, 'done', undefined, 2),
            ),
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await pass(5000)
    expect(asked().slice(1)).toEqual(['GET /streams/a?offset=11&epoch=1', 'GET /streams/a?offset=5&epoch=2'])
    expect(shown(stream)).toMatchObject({ text: 'Hello, youxyz', status: 'done', isReconciled: true })
  })

  it('gives up a connection that is silent for longer than its keep-alives', async () => {
    const bodies: ReturnType<typeof openBody>[] = []
    const { client } = served({
      read: ({ init, headers }) => {
        // Short reads go out beside the next one.
        if (headers.get('accept') === 'application/json')
          return json({ offset: 0, text: '', status: 'streaming', epoch: 1 })
        const body = openBody(SSE, { init })
        bodies.push(body)
        body.send(wire.grows(0, { upToDate: true }))
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
