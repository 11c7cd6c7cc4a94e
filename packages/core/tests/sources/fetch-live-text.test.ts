import { createStreamClient, fetchLive, isStreamError } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { bodyOf, fakeFetch, json, openBody } from '../support/fake-fetch'
import { fakeTail } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { record, requestFor } from '../support/recorder'
import { shown } from '../support/setup'

useFakeTime()

const encode = (text: string) => new TextEncoder().encode(text)

/** Every kind of text that a careless reader changes: a BOM first, then all lengths of UTF-8, CR, NUL and SSE's own words. */
const AWKWARD = '\uFEFFaé€😀\r\n\r\u0000\uFEFF\n\ndata: forged\n\n한국어 👩‍👩‍👧'

const answering = (answer: () => Response, options = {}) =>
  fetchLive({ url: '/drive', fetch: fakeFetch(answer), ...options })

describe('fetchLive, reading raw text', () => {
  it('is exact for every text, cut between any two bytes', async () => {
    const bytes = encode(AWKWARD)
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { chunks, text, error, ends } = await record(
        answering(() => bodyOf([bytes.slice(0, cut), bytes.slice(cut)])),
      )
      expect(error).toBeUndefined()
      expect(text).toBe(AWKWARD)
      expect(ends).toEqual([])
      let end = 0
      for (const chunk of chunks) {
        expect(chunk.offset).toBe(end)
        end += chunk.text.length
      }
    }
  })

  it('is exact for a text that arrives byte by byte', async () => {
    const parts = [...encode(AWKWARD)].map((byte) => Uint8Array.of(byte))
    const { text } = await record(answering(() => bodyOf(parts)))
    expect(text).toBe(AWKWARD)
  })

  it.each(['ends', 'breaks'] as const)(
    'drops the bytes of a character that was not finished when the body %s',
    async (how) => {
      const bytes = encode(AWKWARD)
      for (let cut = 0; cut < bytes.length; cut++) {
        const body = openBody('text/plain; charset=utf-8')
        body.send(bytes.slice(0, cut))
        const recorded = record(answering(() => body.response))
        await settle(3)
        if (how === 'ends') body.close()
        else body.cut()
        const { text, error } = await recorded
        expect(AWKWARD.startsWith(text)).toBe(true)
        expect(encode(text).length).toBeGreaterThan(cut - 4)
        expect(text).not.toContain('\uFFFD')
        expect(error === undefined).toBe(how === 'ends')
      }
    },
  )

  it('has an unfinished character read again from the offset before it', async () => {
    const body = openBody('text/plain')
    const snapshot = fakeTail()
    const client = createStreamClient({ live: answering(() => body.response), snapshot })
    const stream = client.stream('a')
    stream.attach({ start: true })
    body.send(encode('ab😀').slice(0, 4))
    await settle()
    body.cut()
    await pass(5000)
    // This backend sent no epoch: driven text is read again, and compared.
    expect(snapshot.last.request.offset).toBe(0)
    snapshot.last.sink.next({ offset: 0, text: 'ab😀', status: 'done' })
    expect(shown(stream)).toMatchObject({ text: 'ab😀', status: 'done', isReconciled: false })
  })

  it('passes on each chunk as it arrives, and calls `alive` on every read', async () => {
    const body = openBody('text/plain')
    const texts: string[] = []
    let alive = 0
    const reading = answering(() => body.response).open(requestFor(), {
      chunk: ({ text }) => texts.push(text),
      end: () => {},
      alive: () => alive++,
    })
    for (const part of [encode('one'), encode('two'), encode('é').slice(0, 1)]) {
      await settle()
      const before = alive
      body.send(part)
      await settle()
      expect(alive).toBe(before + 1)
    }
    expect(texts).toEqual(['one', 'two'])
    body.close()
    await reading
  })

  it('takes the epoch and its base from the headers', async () => {
    const headers = { 'Stream-Epoch': '3', 'Stream-Base': '7' }
    const { chunks } = await record(answering(() => bodyOf(['ab'], 'text/plain', headers)))
    expect(chunks).toEqual([{ offset: 0, text: 'ab', origin: { epoch: 3, base: 7 } }])
  })

  it('has no epoch without headers', async () => {
    const { chunks } = await record(answering(() => bodyOf(['ab'])))
    expect(chunks).toHaveLength(1)
    expect(chunks[0]?.origin).toBeUndefined()
  })

  it.each([
    ['text/html', () => bodyOf(['<!doctype html>'], 'text/html; charset=utf-8')],
    ['application/json', () => json({ offset: 0, text: 'ab' })],
  ])('refuses %s with an error, instead of showing it', async (type, answer) => {
    const { chunks, error } = await record(answering(answer))
    expect(chunks).toEqual([])
    expect(isStreamError(error)).toBe(true)
    expect((error as Error).message).toContain(type)
  })

  it('cancels the body when the request is aborted', async () => {
    const abort = new AbortController()
    const body = openBody('text/plain', { init: { signal: abort.signal } })
    const recorded = record(
      answering(() => body.response),
      requestFor({ signal: abort.signal }),
    )
    body.send('ab')
    await settle()
    abort.abort()
    const { text } = await recorded
    expect(text).toBe('ab')
    expect(body.isOver).toBe(true)
  })
})

describe('fetchLive, asking', () => {
  it('posts to the url, with what it accepts and the signal of the request', async () => {
    const fetch = fakeFetch(() => bodyOf(['ab']))
    const source = requestFor()
    await record(fetchLive({ url: '/drive', fetch }), source)
    expect(fetch.requests[0]).toMatchObject({ url: '/drive', method: 'POST' })
    expect(fetch.requests[0]?.headers.get('accept')).toMatch(/text\/event-stream.*text\/plain/)
    expect(fetch.requests[0]?.init.signal).toBe(source.signal)
  })

  it('makes url and body from the request', async () => {
    const fetch = fakeFetch(() => bodyOf(['ab']))
    const live = fetchLive({
      url: ({ id }) => `/chat/${id}`,
      method: 'PUT',
      body: ({ id }) => JSON.stringify({ id }),
      credentials: 'include',
      fetch,
    })
    await record(live, requestFor({ id: 'x' }))
    expect(fetch.requests[0]).toMatchObject({ url: '/chat/x', method: 'PUT' })
    expect(fetch.requests[0]?.init).toMatchObject({ body: '{"id":"x"}', credentials: 'include' })
  })

  it('follows no redirect, since headers may be meant for this origin alone', async () => {
    const fetch = fakeFetch(() => bodyOf(['ab']))
    await record(fetchLive({ url: '/drive', fetch, headers: { authorization: 'Bearer secret' } }))
    expect(fetch.requests[0]?.init.redirect).toBe('manual')
  })

  it.each([
    [204, 'refused'],
    [205, 'refused'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'refused'],
    [429, 'rate-limited'],
    [500, 'server'],
    [503, 'server'],
  ])('maps an answer of %i to %s', async (status, code) => {
    const { chunks, error } = await record(answering(() => new Response(null, { status })))
    expect(chunks).toEqual([])
    expect(error).toMatchObject({ name: 'StreamError', code })
    expect((error as Error).message).toContain(String(status))
  })
})
