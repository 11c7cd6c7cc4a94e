import { createStreamClient, fetchLive } from '@keepstream/core'
import { fakeStream } from '@keepstream/core/testing'
import { describe, expect, it } from 'vitest'
import { fakeFetch, openBody } from '../support/fake-fetch'
import { fakeFetcher } from '../support/fake-source'
import { pass, settle, until, useFakeTime } from '../support/fake-time'
import { events, served } from '../support/served'
import { GRACE_MS, setup, shown } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

/** Problems that users of related projects had. Each test is named after one of them. */
describe('resuming', () => {
  it('repeats nothing and loses nothing when proxies cut every connection after a few characters', async () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(10)
    const cuts = Array.from({ length: 64 }, (_, index) => 7 * (index + 1))
    const fake = fakeStream({ text, truncateAt: cuts })
    const stream = createStreamClient(fake.sources).stream('a')
    let before = ''
    stream.$state.listen(({ text: shown }) => {
      expect(shown.startsWith(before) && text.startsWith(shown)).toBe(true)
      before = shown
    })
    stream.attach({ start: true })
    await fake.finish()
    expect(shown(stream)).toMatchObject({ text, status: 'done', error: undefined, isReconciled: false })
    expect(fake.drives).toBe(1)
    expect(fake.requests.map(({ offset }) => offset)).toEqual([0, ...cuts])
  })

  it('never replaces fresh persisted text with stale live text', async () => {
    const { client, live, tail } = setup()
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    const stale = live.last
    stale.sink.chunk({ offset: 0, text: 'Hel', origin: { epoch: 1, base: 0 } })
    stale.close()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'Hello world', status: 'streaming', origin: { epoch: 1, base: 0 } })
    stale.sink.chunk({ offset: 3, text: 'p me', origin: { epoch: 1, base: 0 } })
    await pass(100)
    expect(shown(stream).text).toBe('Hello world')
  })

  it('sends the text once, not the whole of it for every sentence (P10)', async () => {
    const whole = 'One sentence. '.repeat(200)
    let length = 0
    let sent = 0
    const snapshot = fakeFetcher(({ offset }) => {
      length = Math.min(length + 14, whole.length)
      const text = whole.slice(offset, length)
      sent += text.length
      return { offset, text, status: length === whole.length ? 'done' : 'streaming' }
    })
    const { client } = setup({ snapshot })
    client.stream('a').attach()
    await pass(120_000)
    expect(shown(client.stream('a'))).toMatchObject({ text: whole, status: 'done' })
    expect(sent).toBe(whole.length)
  })
})

describe('stopping', () => {
  it('is not lost when it races the start', async () => {
    const fake = fakeStream({ text: 'never written', delayMs: 100 })
    const stream = createStreamClient(fake.sources).stream('a')
    stream.attach({ start: true })
    const stopped = stream.stop()
    await fake.finish()
    await stopped
    expect(fake.requests.map(({ kind }) => kind)).toContain('stop')
    expect(shown(stream)).toMatchObject({ text: '', status: 'stopped', connection: 'closed' })
  })

  it('keeps the partial text, and shows nothing that comes late', async () => {
    const { client, live } = setup({ stop: async () => ({ end: 4, status: 'stopped' }) })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'half', origin: { epoch: 1, base: 0 } })
    await stream.stop()
    live.last.sink.chunk({ offset: 4, text: ' late', origin: { epoch: 1, base: 0 } })
    await pass(60_000)
    expect(shown(stream)).toMatchObject({ text: 'half', status: 'stopped', error: undefined })
  })

  it('is separate from leaving: a reader that leaves sends no stop request (P7)', async () => {
    const fake = fakeStream({ text: 'One sentence. And another one.', chunkMs: 1000 })
    const client = createStreamClient(fake.sources)
    const leave = client.stream('a').attach({ start: true })
    await fake.clock.advance(1100)
    leave()
    await fake.clock.advance(2 * GRACE_MS)
    client.stream('a').attach()
    await fake.finish()
    expect(shown(client.stream('a'))).toMatchObject({ text: 'One sentence. And another one.', status: 'done' })
    expect(fake.requests.map(({ kind }) => kind)).toEqual(['drive', 'read'])
  })
})

describe('truncation and hangs', () => {
  it('does not treat a clean end after two minutes as a finish, and shows an error only if the server sends one', async () => {
    const body = openBody('text/plain')
    const fetch = fakeFetch(() => body.response)
    let isOver = false
    const snapshot = fakeFetcher(({ offset }) => ({
      offset,
      text: (isOver ? 'halfrest' : 'half').slice(offset),
      status: isOver ? 'error' : 'streaming',
    }))
    const client = createStreamClient({ live: fetchLive({ url: '/drive', fetch }), snapshot })
    const stream = client.stream('a')
    stream.attach({ start: true })
    body.send('half')
    await pass(123_000)
    expect(shown(stream)).toMatchObject({ text: 'half', status: 'streaming' })
    isOver = true
    body.close()
    await until(() => shown(stream).status === 'error', 'the persisted status is shown')
    expect(shown(stream)).toMatchObject({ text: 'halfrest', error: { code: 'generation' } })
  })

  it('does not wait for a reader.read() that never settles', async () => {
    const { client, asked } = served({
      drive: ({ init }) => {
        const body = openBody(SSE, { init })
        body.send(wire.grows(0) + wire.text(5, 'Hello'))
        return body.response
      },
      read: () => events(wire.grows(5), wire.end(5)),
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await pass(60_000)
    // A short read, and a connection.
    const read = 'GET /streams/a?offset=5&epoch=1'
    expect(asked()).toEqual(['POST /streams/a/drive', read, read])
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done' })
  })
})
