import { describe, expect, it } from 'vitest'
import { json, openBody } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { served } from '../support/served'
import { shown } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

describe('keepstream(), stopping', () => {
  it('posts, and shows the end of the response', async () => {
    const { client, asked } = served({
      drive: ({ init }) => {
        const body = openBody(SSE, { init })
        body.send(wire.grows(0) + wire.text(5, 'Hello'))
        return body.response
      },
      stop: () => json({ status: 'stopped', offset: 5 }),
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
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
    body.send(wire.grows(2) + wire.text(2, 'ab'))
    await settle()
    await expect(stream.stop()).rejects.toMatchObject({ name: 'StreamError' })
    expect(shown(stream)).toMatchObject({ text: 'ab', connection: 'live', retrying: undefined })
  })

  it('waits for the terminal status when the stop is only requested (202)', async () => {
    const body = openBody(SSE)
    const { client } = served({
      read: () => body.response,
      stop: () => json({ status: 'streaming', offset: 2 }, { status: 202 }),
    })
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
