import { createStreamClient, fetchLive, fetchSnapshot, keepstream } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { bodyOf, type FakeRequest, fakeFetch, json } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { record, requestFor } from '../support/recorder'
import { shown, WAITS } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

const answer = (status: number, type: string | undefined, body: string) => () =>
  new Response(body, { status, headers: type ? { 'content-type': type } : {} })
const page = (status: number) => answer(status, 'text/html; charset=utf-8', '<h1>No</h1>')
const own = (status: number, code: string) => () => json({ code, message: 'in a test' }, { status })

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    ({ code }: { code?: string }) => code,
  )

/** The outcome of each request of a Keepstream client for a response. */
async function reportedBy(respond: (request: FakeRequest) => Response) {
  const { live, snapshot, stop } = keepstream({ url: '/streams', fetch: fakeFetch(respond) })
  return [
    ((await record(live)).error as { code?: string } | undefined)?.code,
    await codeOf(snapshot.open(requestFor(), { next() {}, alive() {} })),
    await codeOf(stop(requestFor())),
  ]
}

describe('a refusal, at a Keepstream server', () => {
  it.each([
    ['its own 404', own(404, 'not-found'), 'not-found'],
    ['its own 403', own(403, 'cross-origin'), 'forbidden'],
    ['a 401 of its own, or of a middleware', own(401, 'token-expired'), 'unauthorized'],
    ['a 401 in plain words', answer(401, 'text/plain', 'Unauthorized'), 'unauthorized'],
    ['a 401 without a word', answer(401, undefined, ''), 'unauthorized'],
    ['a 401 as JSON of another kind', () => json({ error: 'jwt expired' }, { status: 401 }), 'unauthorized'],
  ])('is final: %s', async (_, respond, code) => {
    expect(await reportedBy(respond)).toEqual([code, code, code])
  })

  it.each([
    ['a 404 page', page(404)],
    ['a 403 page', page(403)],
    ['a 410 page', page(410)],
    ['a 402 page', page(402)],
    ['a 401 page', page(401)],
    ['a 404 in plain words', answer(404, 'text/plain', 'default backend - 404')],
    ['a 404 without a word', answer(404, undefined, '')],
    ['a 403 as XML', answer(403, 'application/xml', '<Error><Code>AccessDenied</Code></Error>')],
    ['a 404 as JSON without a code', () => json({ message: 'no Route matched with those values' }, { status: 404 })],
    ['a 404 as JSON with a number', () => json({ code: 404, message: 'not found' }, { status: 404 })],
    ['a 404 as JSON that is none', answer(404, 'application/json', '<html>')],
    ['a 404 as JSON that is nothing', answer(404, 'application/json', 'null')],
  ])('is a passing failure, since something in between said it: %s', async (_, respond) => {
    expect(await reportedBy(respond)).toEqual(['server', 'server', 'server'])
  })

  it('is reported as not from the backend', async () => {
    const { live } = keepstream({ url: '/streams', fetch: fakeFetch(page(404)) })
    expect(String((await record(live)).error)).toMatch(/404.*text\/html.*is not from the backend itself/)
  })
})

describe('a refusal, at any other backend', () => {
  const sources = (respond: () => Response) => {
    const fetch = fakeFetch(respond)
    return Promise.all([
      record(fetchLive({ url: '/drive', fetch })).then(({ error }) => (error as { code?: string }).code),
      codeOf(fetchSnapshot({ url: '/read', fetch })(requestFor())),
    ])
  }

  it.each([
    ['not-found', answer(404, 'text/plain', 'no')],
    ['not-found', answer(404, undefined, '')],
    ['forbidden', () => json({ error: 'no' }, { status: 403 })],
    ['unauthorized', answer(401, undefined, '')],
  ])('counts as it is reported: %s', async (code, respond) => {
    expect(await sources(respond)).toEqual([code, code])
  })

  it.each([401, 403, 404, 410])('is a passing failure if it is a page: %d', async (status) => {
    expect(await sources(page(status))).toEqual(['server', 'server'])
  })
})

describe('a success that is none of the backend', () => {
  it.each([
    ['a page, as a captive portal answers', page(200)],
    ['JSON of another kind', () => json({ ok: true })],
    ['words', answer(200, 'text/plain', 'success')],
    ['nothing', answer(200, undefined, '')],
  ])('is a passing failure for each act: %s', async (_, respond) => {
    expect(await reportedBy(respond)).toEqual(['server', 'server', 'server'])
  })

  it.each(['text/html', 'application/json', 'application/xml', 'image/gif', 'video/mp4'])(
    'is no raw text: %s',
    async (type) => {
      const { error, text } = await record(fetchLive({ url: '/drive', fetch: fakeFetch(() => bodyOf(['x'], type)) }))
      expect([text, (error as { code?: string }).code]).toEqual(['', 'server'])
    },
  )

  it.each([
    ['text/html', '<h1>Welcome to our network</h1>'],
    ['application/json', '<h1>Welcome to our network</h1>'],
    ['application/json', '{"text":"cut'],
  ])('is no snapshot, which is shown as the server’s: %s, %s', async (type, body) => {
    const fetch = fakeFetch(() => bodyOf([body], type))
    expect(await codeOf(fetchSnapshot({ url: '/read', fetch })(requestFor()))).toBe('server')
  })
})

describe('a proxy that has no backend for two seconds', () => {
  it.each([404, 403])('and answers with its own %d ends nothing', async (status) => {
    let isDeploying = false
    const fetch = fakeFetch(({ method, url }) => {
      if (isDeploying) return page(status)()
      if (method === 'POST') {
        isDeploying = true
        return bodyOf([wire.grows(0), wire.text(5, 'Hello', 1)], SSE)
      }
      const offset = Number(/offset=(\d+)/.exec(url)?.[1])
      expect(offset).toBe(5)
      return bodyOf([wire.grows(6), wire.text(6, '!', 1), wire.end(6, 'done', undefined, 1)], SSE)
    })
    const client = createStreamClient({ ...keepstream({ url: '/streams', fetch }), poll: WAITS, retry: WAITS })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await pass(2000)
    expect(shown(stream)).toMatchObject({
      text: 'Hello',
      connection: 'waiting',
      retrying: { error: { code: 'server' } },
    })
    expect(fetch.requests.length).toBeGreaterThan(3)
    isDeploying = false
    await pass(2000)
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done', error: undefined })
  })
})
