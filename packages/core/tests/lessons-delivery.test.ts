import { createStreamClient, fetchLive } from '@keepstream/core'
import { describe, expect, it, vi } from 'vitest'
import { fakeFetch, json, openBody } from './support/fake-fetch'
import { fakeFetcher } from './support/fake-source'
import { pass, settle, until, useFakeTime } from './support/fake-time'
import { events, served } from './support/served'
import { GRACE_MS, setup, shown } from './support/setup'
import { SSE, wire } from './support/wire'

useFakeTime()

/** What users of the projects around us ran into; each test is named after what happened there. */
describe('resuming', () => {
  it('repeats nothing and loses nothing when proxies cut every connection after a few characters', async () => {
    const whole = 'The quick brown fox jumps over the lazy dog. '.repeat(10)
    const { client, fetch } = served({
      drive: () => events(wire.grows(0), wire.text(7, whole.slice(0, 7))),
      read: ({ url }) => {
        const offset = Number(new URL(url, 'http://x').searchParams.get('offset'))
        const end = Math.min(offset + 7, whole.length)
        const last = end === whole.length ? wire.end(end) : ''
        return events(wire.grows(end), wire.text(end, whole.slice(offset, end)), last)
      },
    })
    const stream = client.stream('a')
    let before = ''
    stream.$state.listen(({ text }) => {
      expect(text.startsWith(before) && whole.startsWith(text)).toBe(true)
      before = text
    })
    stream.attach({ driven: true })
    await pass(60_000)
    expect(shown(stream)).toMatchObject({ text: whole, status: 'done', error: undefined, isReconciled: false })
    expect(fetch.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
    expect(fetch.requests).toHaveLength(Math.ceil(whole.length / 7))
  })

  it('lets no stale live text beat fresh persisted text', async () => {
    const { client, live, tail } = setup()
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await settle()
    const stale = live.last
    stale.sink.chunk({ offset: 0, text: 'Hel' })
    stale.close()
    await settle()
    tail.last.sink.next({ text: 'Hello world', status: 'streaming' })
    stale.sink.chunk({ offset: 3, text: 'p me' })
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
    let isStopped = false
    const { client, asked } = served({
      drive: () => (isStopped ? events(wire.end(0, 'stopped')) : events(wire.grows(0))),
      read: () => events(wire.grows(0), isStopped ? wire.end(0, 'stopped') : ''),
      stop: () => {
        isStopped = true
        return json({ status: 'stopped', offset: 0 })
      },
    })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await stream.stop()
    await pass(10_000)
    expect(asked()).toContain('POST /streams/a/stop')
    expect(shown(stream)).toMatchObject({ text: '', status: 'stopped', connection: 'closed' })
  })

  it('keeps the partial text, and shows nothing that comes late', async () => {
    const { client, live } = setup({ stop: async () => ({ end: 4, status: 'stopped' }) })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'half' })
    await stream.stop()
    live.last.sink.chunk({ offset: 4, text: ' late' })
    await pass(60_000)
    expect(shown(stream)).toMatchObject({ text: 'half', status: 'stopped', error: undefined })
  })

  it('is another act than leaving: whoever leaves asks for no stop (P7)', async () => {
    const stop = vi.fn(async () => undefined)
    const { client } = setup({ stop })
    const detach = client.stream('a').attach({ driven: true })
    await settle()
    detach()
    await pass(GRACE_MS * 10)
    expect(stop).not.toHaveBeenCalled()
  })
})

describe('truncation and hangs', () => {
  it('takes a clean end after two minutes for no finish, and shows an error as one only if it is told', async () => {
    const body = openBody('text/plain')
    const fetch = fakeFetch(() => body.response)
    let isOver = false
    const snapshot = fakeFetcher(({ offset }) => ({
      offset,
      text: isOver && offset < 8 ? 'rest'.slice(offset - 4) : '',
      status: isOver ? 'error' : 'streaming',
    }))
    const client = createStreamClient({ live: fetchLive({ url: '/drive', fetch }), snapshot })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    body.send('half')
    await pass(123_000)
    expect(shown(stream)).toMatchObject({ text: 'half', status: 'streaming' })
    isOver = true
    body.close()
    await until(() => shown(stream).status === 'error', 'the persisted status is shown')
    expect(shown(stream)).toMatchObject({ text: 'halfrest', error: { code: 'generation' } })
  })

  it('waits for no reader.read() that never answers', async () => {
    const { client, asked } = served({
      drive: ({ init }) => {
        const body = openBody(SSE, { init })
        body.send(wire.grows(0) + wire.text(5, 'Hello'))
        return body.response
      },
      read: () => events(wire.grows(5), wire.end(5)),
    })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await pass(60_000)
    expect(asked()).toEqual(['POST /streams/a/drive', 'GET /streams/a?offset=5&epoch=1'])
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done' })
  })
})
