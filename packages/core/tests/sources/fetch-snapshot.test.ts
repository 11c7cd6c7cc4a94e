import { createStreamClient, fetchSnapshot } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { bodyOf, fakeFetch, json } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { requestFor } from '../support/recorder'
import { shown, WAITS } from '../support/setup'

useFakeTime()

const streaming = { offset: 0, text: 'ab', status: 'streaming' }

describe('fetchSnapshot', () => {
  it.each([
    ['/read/a', {}, '/read/a?offset=0'],
    ['/read/a', { offset: 5 }, '/read/a?offset=5'],
    ['/read/a', { offset: 5, epoch: 2 }, '/read/a?offset=5&epoch=2'],
    ['/read/a', { offset: 5, epoch: 0 }, '/read/a?offset=5&epoch=0'],
    ['/read?id=a', { offset: 5, epoch: 2 }, '/read?id=a&offset=5&epoch=2'],
  ])('asks %s for %o at %s', async (url, facts, asked) => {
    const fetch = fakeFetch(() => json(streaming))
    await fetchSnapshot({ url, fetch })(requestFor(facts))
    expect(fetch.requests[0]).toMatchObject({ url: asked, method: 'GET' })
  })

  it('makes the url from the request, and passes its signal on', async () => {
    const fetch = fakeFetch(() => json(streaming))
    const request = requestFor({ id: 'x', offset: 2 })
    await fetchSnapshot({ url: ({ id }) => `/read/${id}`, fetch })(request)
    expect(fetch.requests[0]?.url).toBe('/read/x?offset=2')
    expect(fetch.requests[0]?.init.signal).toBe(request.signal)
    expect(fetch.requests[0]?.init.redirect).toBe('manual')
    expect(fetch.requests[0]?.headers.get('accept')).toBe('application/json')
  })

  it('returns the snapshot of the response', async () => {
    const facts = { offset: 2, text: '\uFEFF\u0000é', status: 'streaming', upToDate: false }
    const fetch = fakeFetch(() => json({ ...facts, epoch: 1, base: 0 }))
    const read = fetchSnapshot({ url: '/read', fetch })(requestFor({ offset: 2 }))
    await expect(read).resolves.toEqual({ ...facts, origin: { epoch: 1, base: 0 } })
  })

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'refused'],
    [429, 'rate-limited'],
    [500, 'server'],
    [502, 'server'],
  ])('maps an answer of %i to %s', async (status, code) => {
    const fetch = fakeFetch(() => json({ code: 'other', message: 'words' }, { status }))
    const error = await fetchSnapshot({ url: '/read', fetch })(requestFor()).catch((error) => error)
    expect(error).toMatchObject({ name: 'StreamError', code })
    expect(error.message).toContain(String(status))
  })

  it('is refused without an offset, since the rest of a text would pass for the whole', async () => {
    const fetch = fakeFetch(() => json({ text: ' world', status: 'done' }))
    const client = createStreamClient({ snapshot: fetchSnapshot({ url: '/read', fetch }) })
    const initial = { text: 'Hello', status: 'streaming', origin: { epoch: 1, base: 0 } } as const
    const stream = client.stream('a', { initial })
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', retrying: { error: { code: 'server' } } })
    expect(shown(stream).retrying?.error.message).toContain('`offset`')
  })

  it('is refused with an epoch that has no base, since text of the epoch before could stay', async () => {
    const fetch = fakeFetch(() => json({ offset: 14, text: 'longer than the old one', status: 'done', epoch: 2 }))
    const client = createStreamClient({ snapshot: fetchSnapshot({ url: '/read', fetch }) })
    const initial = { text: 'The old answer', status: 'streaming', origin: { epoch: 1, base: 0 } } as const
    const stream = client.stream('a', { initial })
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({
      text: 'The old answer',
      status: 'streaming',
      retrying: { error: { code: 'server' } },
    })
    expect(shown(stream).retrying?.error.message).toContain('`origin`')
  })

  it('reports where texts diverged', async () => {
    const fetch = fakeFetch(() => json({ code: 'diverged', message: 'cut', offset: 5, epoch: 3 }, { status: 409 }))
    const error = await fetchSnapshot({ url: '/read', fetch })(requestFor({ offset: 9 })).catch((error) => error)
    expect(error).toMatchObject({ code: 'diverged', offset: 5, epoch: 3 })
  })

  it('reports the wait that the server requests', async () => {
    const fetch = fakeFetch(() => json({}, { status: 503, headers: { 'retry-after': '7' } }))
    const error = await fetchSnapshot({ url: '/read', fetch })(requestFor()).catch((error) => error)
    expect(error).toMatchObject({ code: 'server', retryAfterMs: 7000 })
  })

  it('survives a failure whose body is no JSON', async () => {
    const fetch = fakeFetch(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))
    await expect(fetchSnapshot({ url: '/read', fetch })(requestFor())).rejects.toMatchObject({ code: 'server' })
  })

  it.each([
    ['a page instead of JSON', 'server', () => bodyOf(['<h1>Sign in</h1>'], 'text/html')],
    ['JSON that is no snapshot', 'server', () => json({ hello: 'world' })],
    ['null', 'server', () => json(null)],
    ['no network', 'network', () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('is asked ever more seldom while it brings %s', async (_, code, answer) => {
    const fetch = fakeFetch(answer)
    const client = createStreamClient({ snapshot: fetchSnapshot({ url: '/read', fetch }), retry: WAITS, poll: WAITS })
    const stream = client.stream('a', { initial: { text: 'Hello', status: 'streaming' } })
    stream.attach()
    await pass(60_000)
    expect(shown(stream)).toMatchObject({ text: 'Hello', connection: 'waiting', retrying: { error: { code } } })
    expect(fetch.requests.length).toBeGreaterThan(5)
    expect(fetch.requests.length).toBeLessThan(60_000 / 800 + 10)
  })

  it('works with the global fetch', async () => {
    const { fetch: before } = globalThis
    const fetch = fakeFetch(() => json({ offset: 0, text: 'all', status: 'done' }))
    globalThis.fetch = fetch as typeof globalThis.fetch
    try {
      const client = createStreamClient({ snapshot: fetchSnapshot({ url: 'https://example.test/read' }) })
      const stream = client.stream('a')
      stream.attach()
      await settle()
      expect(shown(stream)).toMatchObject({ text: 'all', status: 'done' })
      expect(fetch.requests).toHaveLength(1)
    } finally {
      globalThis.fetch = before
    }
  })

  it('keeps the server’s own words beside a Retry-After that is over by this clock', async () => {
    const headers = { 'retry-after': new Date(Date.now() - 60_000).toUTCString() }
    const fetch = fakeFetch(() => json({ code: 'overloaded', message: 'too much' }, { status: 503, headers }))
    const client = createStreamClient({ snapshot: fetchSnapshot({ url: '/read', fetch }), retry: WAITS, poll: WAITS })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    expect(shown(stream).retrying?.error).toMatchObject({ code: 'server', serverCode: 'overloaded', retryAfterMs: 0 })
  })

  it('makes no hot loop of a Retry-After that is a date', async () => {
    const fetch = fakeFetch(() =>
      json({}, { status: 503, headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() } }),
    )
    const client = createStreamClient({ snapshot: fetchSnapshot({ url: '/read', fetch }), retry: WAITS })
    client.stream('a').attach()
    await pass(60_000)
    expect(fetch.requests.length).toBeGreaterThan(5)
    expect(fetch.requests.length).toBeLessThan(60_000 / 800 + 10)
  })
})
