import { createStreamClient, fetchLive, fetchSnapshot, isStreamError, keepstream, SourceError } from '@keepstream/core'
import { describe, expect, it, vi } from 'vitest'
import { bodyOf, fakeFetch, json } from '../support/fake-fetch'
import { fakeFetcher, fakeSubscription, fakeTail } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { events, served } from '../support/served'
import { setup, shown, WAITS } from '../support/setup'
import { wire } from '../support/wire'

useFakeTime()

const refused = () => Promise.reject(new SourceError('refused', 'busy'))

describe('a client does not accept', () => {
  it('a status it does not know to be an end (P4)', async () => {
    const answers = [{ text: 'half' }, { text: 'half', status: 'running' }, { text: 'half, whole', status: 'done' }]
    const snapshot = fakeFetcher((_, count) => ({ offset: 0, ...answers[count - 1] }) as never)
    const { client } = setup({ snapshot })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({
      status: 'pending',
      connection: 'waiting',
      retrying: { error: { code: 'server' } },
    })
    await pass(100)
    expect(snapshot.reads).toHaveLength(2)
    expect(shown(stream)).toMatchObject({ text: '', status: 'pending', retrying: { error: { code: 'server' } } })
    await pass(1000)
    expect(shown(stream)).toMatchObject({ text: 'half, whole', status: 'done', error: undefined })
  })

  it('a page with status 200 as a stream', async () => {
    const { client, asked } = served({ read: () => bodyOf(['<!doctype html>'], 'text/html') })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({ connection: 'waiting', retrying: { error: { code: 'server' } } })
    expect(shown(stream).retrying?.error.message).toMatch(/text\/html.*URL/)
    await pass(60_000)
    expect(asked().length).toBeLessThan(100)
  })

  it('text of a driver as stored, when a stop returns another epoch (P3, P9)', async () => {
    const { client, live, tail } = setup({ stop: async () => ({ end: 4, status: 'done', epoch: 2 }) })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'abUNSAVED', origin: { epoch: 1, base: 0 } })
    live.last.fail(new Error('cut'))
    await pass(1000)
    const stopped = stream.stop()
    await settle()
    expect(shown(stream).status).toBe('streaming')
    tail.last.fail(new SourceError('diverged', 'in a test', { offset: 2, epoch: 2 }))
    await pass(1000)
    tail.last.sink.next({ offset: 2, text: 'XY', status: 'done', origin: { epoch: 2, base: 2 } })
    await stopped
    expect(shown(stream)).toMatchObject({ text: 'abXY', status: 'done', isReconciled: true })
  })

  it('what a page was rendered with over what it has read since', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    const initial = { text: 'one', status: 'streaming', origin: { epoch: 1, base: 0 } } as const
    stream.attach({ initial })
    await settle()
    tail.last.sink.next({ offset: 1, text: 'XXY', status: 'streaming', origin: { epoch: 2, base: 1 } })
    stream.attach({ initial })
    await settle()
    expect(shown(stream).text).toBe('oXXY')
  })

  it('a received end instead of the stored end', async () => {
    const { client, tail } = setup({ stop: async () => ({ end: 10, status: 'stopped' }) })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    const stopped = stream.stop()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'abc', status: 'error', error: 'generation' })
    await stopped
    expect(shown(stream)).toMatchObject({ text: 'abc', status: 'error' })
  })
})

describe('no response makes a hot loop', () => {
  it('a drive that is refused while nothing is produced', async () => {
    const { client } = setup({ snapshot: fakeFetcher(() => ({ offset: 0, text: '', status: 'pending' })) })
    const open = vi.fn(refused)
    const other = createStreamClient({
      live: { open, canRepeat: true },
      snapshot: async () => ({ offset: 0, text: '', status: 'pending' }),
      poll: WAITS,
      retry: WAITS,
    })
    client.stream('a').attach()
    other.stream('a').attach({ start: true })
    await pass(10_000)
    expect(open.mock.calls.length).toBeGreaterThan(2)
    expect(open.mock.calls.length).toBeLessThan(30)
  })

  it('polls that contradict each other and report more text', async () => {
    const snapshot = fakeFetcher((_, count) => ({
      offset: 0,
      text: count % 2 ? 'aaa' : 'bbb',
      status: 'streaming',
      upToDate: false,
    }))
    setup({ snapshot }).client.stream('a').attach()
    await pass(10_000)
    expect(snapshot.reads.length).toBeLessThan(120)
  })

  it('a wait that the server requested is waited once', async () => {
    const open = vi.fn(() => Promise.reject(new SourceError('rate-limited', 'slow down', { retryAfterMs: 1500 })))
    const client = createStreamClient({
      live: { open, canRepeat: true },
      snapshot: async () => ({ offset: 0, text: '', status: 'pending' }),
      poll: WAITS,
      retry: WAITS,
    })
    client.stream('a').attach({ start: true })
    await settle()
    await pass(1500)
    await pass(250)
    expect(open).toHaveBeenCalledTimes(2)
  })
})

describe('a slow or broken server', () => {
  it('gives each poll more time than the last', async () => {
    const snapshot = fakeFetcher(
      ({ signal }) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(() => resolve({ offset: 0, text: 'at last', status: 'done' }), 50_000)
          signal.addEventListener('abort', () => {
            clearTimeout(timer)
            reject(signal.reason)
          })
        }),
    )
    const stream = setup({ snapshot }).client.stream('a')
    stream.attach()
    await pass(100_000)
    expect(shown(stream)).toMatchObject({ text: 'at last', status: 'done' })
    expect(snapshot.reads).toHaveLength(2)
  })

  it('is known by its status, though the body of the error never ends', async () => {
    const fetch = fakeFetch(() => new Response(new ReadableStream(), { status: 500 }))
    const client = createStreamClient({ snapshot: fetchSnapshot({ url: '/read', fetch }), poll: WAITS, retry: WAITS })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({ connection: 'waiting', retrying: { error: { code: 'server' } } })
  })

  it('may return nothing for a role event without text', async () => {
    const completion = (content: unknown) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
    const client = createStreamClient({
      live: fetchLive({
        url: '/generate',
        fetch: fakeFetch(() => events(completion(null), completion('Hello'), 'data: [DONE]\n\n')),
        decode: ({ data }) => ({ text: JSON.parse(data).choices[0].delta.content as string | null }),
      }),
      snapshot: fakeTail(),
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done' })
  })
})

describe('stop()', () => {
  it('rejects with a StreamError if it could not be delivered', async () => {
    const { client } = setup({ stop: () => Promise.reject(new TypeError('Load failed')) })
    const error: unknown = await client
      .stream('a')
      .stop()
      .catch((error) => error)
    expect(isStreamError(error) && error.code).toBe('network')
  })

  it('resolves with the end known, though reading is forbidden', async () => {
    const { client, tail } = setup({ stop: async () => ({ end: 9, status: 'stopped' }) })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    tail.last.fail(new SourceError('forbidden', 'in a test'))
    await settle()
    await expect(stream.stop()).resolves.toBeUndefined()
  })

  it('keeps the word on why a text ended as an error', async () => {
    const { client } = served({
      read: () => events(wire.status({ status: 'streaming', offset: 0 })),
      stop: () => json({ status: 'error', offset: 0, error: 'too-long' }),
    })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    await stream.stop()
    expect(shown(stream).error?.message).toContain('too-long')
  })

  it('is given up without a response', async () => {
    const fetch = fakeFetch(
      ({ init }) =>
        new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
    )
    const client = createStreamClient(keepstream({ url: '/streams', fetch }))
    const stopping = client
      .stream('a')
      .stop()
      .catch((error) => error.code)
    await pass(10_000)
    expect(await stopping).toBe('network')
  })
})

describe('listeners', () => {
  it('get text in order although one of them acts in its call', async () => {
    const source = fakeSubscription()
    let subscribed = 0
    const { client } = setup({
      snapshot: {
        subscribe(request, sink) {
          if (++subscribed > 1) sink.next({ offset: 0, text: 'abcdef', status: 'streaming' })
          return source.subscribe(request, sink)
        },
      },
    })
    const stream = client.stream('a')
    const deltas: [string, number][] = []
    stream.onText((delta, offset) => deltas.push([delta, offset]))
    stream.$state.listen(({ retrying }) => retrying && stream.retry())
    stream.attach()
    await settle()
    const { sink } = source.last
    sink.next({ offset: 0, text: 'a', status: 'streaming' })
    sink.next({ offset: 0, text: 'abc', status: 'streaming' })
    sink.fail(new Error('in a test'))
    await pass(1000)
    let text = ''
    for (const [delta, offset] of deltas) {
      expect(offset).toBe(text.length)
      text += delta
    }
    expect(text).toBe('abcdef')
  })

  it('are each their own, also when they are one function', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    const listener = vi.fn()
    const unsubscribe = stream.onText(listener)
    stream.onText(listener)
    stream.attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'a', status: 'streaming' })
    expect(listener).toHaveBeenCalledTimes(2)
    unsubscribe()
    tail.last.sink.next({ offset: 1, text: 'b', status: 'done' })
    expect(listener).toHaveBeenCalledTimes(3)
  })

  it('request one frame in a hidden page, however much arrives', async () => {
    const frames: (() => void)[] = []
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => frames.push(callback))
    const { client, tail } = setup()
    client.stream('a').attach()
    await settle()
    for (let offset = 0; offset < 50; offset++) {
      tail.last.sink.next({ offset, text: 'x', status: 'streaming' })
      await pass(100)
    }
    expect(frames).toHaveLength(1)
  })
})
