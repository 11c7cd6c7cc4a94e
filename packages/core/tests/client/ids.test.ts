import { createStreamClient, fetchLive, fetchSnapshot, keepstream } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { fakeFetch, json } from '../support/fake-fetch'
import { fakeTail } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { requestFor } from '../support/recorder'
import { setup, shown } from '../support/setup'

useFakeTime()

const refused = ['', '.', '..', '\uD800', 'a\uDC00', null, 5, {}]
const nasty = [
  '...',
  '.a',
  '%2e%2e',
  '%2E',
  '%252e%252e',
  '..\\..',
  '\\',
  '/',
  '//evil.test',
  '../..',
  '/../admin',
  'https://evil.test/a',
  '@evil.test',
  ':80',
  'a?b',
  'a#b',
  'a;b',
  ' ',
  '.\t.',
  '\n',
  '\u0000',
  '\uFEFF',
  '\uFF0E\uFF0E',
  '\uD83D\uDE00',
  '__proto__',
]

describe('an id', () => {
  it.each(refused)('%j is refused at once, with the remedy', (id) => {
    const { client } = setup()
    let error: unknown
    try {
      client.stream(id as string)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'invalid-option' })
    expect((error as Error).message).toMatch(/@keepstream\/core: .* is no stream id.*undefined/)
  })

  it.each(refused)('%j makes no request of a source that is used by itself', async (id) => {
    const fetch = fakeFetch(() => json({}))
    const { live, snapshot, stop } = keepstream({ url: '/streams', fetch })
    const request = requestFor({ id: id as string })
    const sink = { chunk() {}, end() {}, next() {}, alive() {} }
    for (const act of [() => live.open(request, sink), () => snapshot.open(request, sink), () => stop(request)])
      await expect((async () => act())()).rejects.toMatchObject({ code: 'invalid-option' })
    expect(fetch.requests).toEqual([])
  })

  it.each(nasty)('%j stays one segment below the path that was given', async (id) => {
    for (const url of [
      '/streams',
      '/streams/',
      'https://example.test/deep/streams',
      'streams',
      '../streams',
      './streams',
    ]) {
      const fetch = fakeFetch(() => json({ status: 'done', offset: 0 }))
      const { live, snapshot, stop } = keepstream({ url, fetch })
      const request = requestFor({ id, offset: 5, epoch: 2 })
      const sink = { chunk() {}, end() {}, next() {}, alive() {} }
      for (const act of [live.open(request, sink), snapshot.open(request, sink), stop(request)])
        await act.catch(() => {})
      const page = 'https://example.test/app/page'
      const base = new URL(`${url.replace(/\/$/, '')}/`, page)
      const paths = fetch.requests.map((asked) => new URL(asked.url, page))
      expect(paths.map(({ origin }) => origin)).toEqual(Array(3).fill(base.origin))
      const segment = encodeURIComponent(id)
      expect(paths.map(({ pathname }) => pathname.slice(base.pathname.length))).toEqual([
        `${segment}/drive`,
        segment,
        `${segment}/stop`,
      ])
      expect(paths.every(({ pathname }) => pathname.startsWith(base.pathname))).toBe(true)
      expect(paths[1]?.search).toBe('?offset=5&epoch=2')
    }
  })
})

describe('a URL that an application makes', () => {
  const leading = [
    '..',
    '.',
    '../admin',
    'a/../../admin',
    '%2e%2e',
    '%2E%2e/x',
    '.%2e',
    'a\\b',
    '..\\admin',
    '\\\\evil.test',
  ]

  it.each(leading)('asks nobody where the id %j leads out of it, and says so for good', async (id) => {
    const fetch = fakeFetch(() => json({ offset: 0, text: '', status: 'pending' }))
    const live = fetchLive({ url: ({ id }) => `/read/${id}/drive`, fetch })
    const snapshot = fetchSnapshot({ url: ({ id }) => `/read/${id}`, fetch })
    const sink = { chunk() {}, end() {}, alive() {} }
    await expect(live.open(requestFor({ id }), sink)).rejects.toMatchObject({ code: 'invalid-option' })
    await expect(snapshot(requestFor({ id }))).rejects.toMatchObject({ code: 'invalid-option' })
    if (/^\.{0,2}$/.test(id)) return
    const stream = createStreamClient({ snapshot }).stream(id)
    stream.attach()
    await pass(60_000)
    expect(fetch.requests).toEqual([])
    expect(shown(stream)).toMatchObject({ connection: 'failed', error: { code: 'invalid-option' } })
    expect(shown(stream).error?.message).toMatch(/`url`.*encodeURIComponent/)
  })

  it.each([
    ['../read/a', '../read/a'],
    ['./a', './a'],
    ['https://example.test/a..b/c', 'https://example.test/a..b/c'],
    ['/read?path=../x', '/read?path=../x'],
    ['/read/...', '/read/...'],
  ])('is asked where it stays: %s', async (url) => {
    const fetch = fakeFetch(() => json({ offset: 0, text: '', status: 'pending' }))
    await fetchSnapshot({ url: () => url, fetch })(requestFor())
    expect(fetch.requests[0]?.url.startsWith(url)).toBe(true)
  })
})

it('a base with a query is refused, since the id would end up in it', () => {
  expect(() => keepstream({ url: '/streams?tenant=1' })).toThrow(/keepstream needs `url`.*without a query/)
})

it('an id that is not known yet is `undefined`, and reads nothing', async () => {
  const tail = fakeTail()
  createStreamClient({ snapshot: tail }).stream(undefined).attach()
  await settle()
  expect(tail.opened).toEqual([])
})
