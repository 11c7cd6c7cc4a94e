import { fetchSnapshot, type HeadersRequest, keepstream, type SourceError } from '@keepstream/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeFetch, json } from '../support/fake-fetch'
import { settle, useFakeTime } from '../support/fake-time'
import { requestFor } from '../support/recorder'

useFakeTime()

const ask = (options: Partial<Parameters<typeof fetchSnapshot>[0]>) => {
  const answer = fetchSnapshot({ url: '/read', ...options })(requestFor())
  return answer.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** It begins as JSON does, and the connection is cut. */
function brokenBody() {
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"code":"x"')),
    pull: (controller) => controller.error(new TypeError('terminated')),
  })
}

describe('a refusal', () => {
  it.each([403, 404, 410, 429, 500])('with %d is not asked again with new headers', async (status) => {
    const fetch = fakeFetch(() => json({}, { status }))
    const asked: HeadersRequest[] = []
    const headers = (request: HeadersRequest) => {
      asked.push(request)
      return {}
    }
    await ask({ fetch, headers })
    expect([fetch.requests.length, asked.length]).toEqual([1, 1])
  })

  it.each([
    [402, 'forbidden'],
    [404, 'not-found'],
    [410, 'not-found'],
    [409, 'refused'],
    [418, 'server'],
    [204, 'refused'],
  ])('with %d is %s', async (status, code) => {
    const fetch = fakeFetch(() => new Response(null, { status }))
    expect(await ask({ fetch })).toMatchObject({ code })
  })

  it("carries the server's own code and words, which name the cure", async () => {
    const body = { code: 'cross-origin', message: 'List the origin.' }
    expect(await ask({ fetch: fakeFetch(() => json(body, { status: 403 })) })).toMatchObject({
      code: 'forbidden',
      serverCode: 'cross-origin',
      message: '@keepstream/core: the server returned 403 (cross-origin): List the origin.',
    })
    const refreshed = fakeFetch(() => json({ code: 'token-expired', message: 'Sign in.' }, { status: 401 }))
    expect(await ask({ fetch: refreshed, headers: () => ({}) })).toMatchObject({
      code: 'unauthorized',
      serverCode: 'token-expired',
    })
  })

  it.each<[string, BodyInit, string?]>([
    ['no JSON', '{"code":'],
    ['JSON of another shape', '{"code":403,"message":["no"]}'],
    ['JSON that is no object', 'null'],
    ['longer than an error is', `{"code":"${'x'.repeat(20_000)}"}`],
    ['JSON that breaks off', brokenBody()],
  ])('whose body is %s has no words, and is reported by its status', async (_, body, type = 'application/json') => {
    const error = await ask({
      fetch: async () => new Response(body, { status: 403, headers: { 'content-type': type } }),
    })
    expect(error).toMatchObject({
      code: 'forbidden',
      serverCode: undefined,
      message: '@keepstream/core: the server returned 403',
    })
  })

  it('keeps its words short, and stops reading a body that goes on', async () => {
    const long = json({ code: 'c'.repeat(900), message: 'm'.repeat(900) }, { status: 403 })
    const error = (await ask({ fetch: async () => long })) as SourceError
    expect([error.serverCode?.length, error.message.length < 1_200]).toEqual([500, true])
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(1_024).fill(32))
      },
    })
    const headers = { 'content-type': 'application/json' }
    expect(await ask({ fetch: async () => new Response(endless, { status: 403, headers }) })).toMatchObject({
      code: 'forbidden',
    })
    expect(pulled).toBeLessThan(20)
  })

  it('cancels its body, which may never end', async () => {
    let isCancelled = false
    const body = new ReadableStream({
      cancel() {
        isCancelled = true
      },
    })
    expect(await ask({ fetch: async () => new Response(body, { status: 500 }) })).toMatchObject({ code: 'server' })
    expect(isCancelled).toBe(true)
  })

  it('is not waited for where a body cannot be let go of, as in React Native', async () => {
    const response = { ok: false, status: 500, headers: new Headers(), json: () => new Promise(() => {}) }
    expect(await ask({ fetch: async () => response as unknown as Response })).toMatchObject({ code: 'server' })
  })

  it.each([
    ['in seconds', () => '3'],
    ['as a date', () => new Date(Date.now() + 3000).toUTCString()],
  ])('says %s how long to wait', async (_, retryAfter) => {
    const fetch = fakeFetch(() => json({}, { status: 503, headers: { 'retry-after': retryAfter() } }))
    const { retryAfterMs } = (await ask({ fetch })) as { retryAfterMs: number }
    // A date has whole seconds.
    expect(retryAfterMs).toBeGreaterThan(1999)
    expect(retryAfterMs).toBeLessThanOrEqual(3000)
  })
})

describe('headers that cannot be had', () => {
  it('are named as the culprit, with the cause', async () => {
    const cause = new Error('the user is signed out')
    const error = await ask({ fetch: fakeFetch(() => json({})), headers: () => Promise.reject(cause) })
    expect(error).toMatchObject({ code: 'network', isUnsent: true, cause })
    expect(error).toMatchObject({ message: expect.stringContaining('the headers function') })
  })
})

describe('a request without a response', () => {
  const page = { origin: 'https://app.example' }
  const failing = async () => {
    throw new TypeError('Failed to fetch')
  }
  afterEach(() => void vi.unstubAllGlobals())

  it('by a server of another origin may have failed for that, and says so', async () => {
    vi.stubGlobal('location', page)
    const error = await ask({ url: 'https://api.example/read', fetch: failing })
    expect(error).toMatchObject({
      code: 'network',
      message: expect.stringContaining('allowedOrigins'),
      cause: new TypeError('Failed to fetch'),
    })
  })

  it.each([
    ['by its own server', '/read', page],
    ['by its own server at a whole URL', 'https://APP.example/read', page],
    ['outside of a page', 'https://api.example/read', undefined],
    ['at a URL that is none', 'https://', page],
  ])('%s fails as it does', async (_, url, location) => {
    vi.stubGlobal('location', location)
    expect(await ask({ url, fetch: failing })).toEqual(new TypeError('Failed to fetch'))
  })
})

describe('credentials', () => {
  it('are set on every request if they are an option, and left to fetch otherwise', async () => {
    for (const credentials of ['include', 'omit', undefined] as const) {
      const fetch = fakeFetch(() => json({ text: '', status: 'stopped', offset: 0 }))
      const { live, snapshot, stop } = keepstream({ url: '/streams', fetch, credentials })
      const sink = { chunk() {}, end() {}, next() {}, alive() {} }
      const { signal } = new AbortController()
      const request = { id: 'a', offset: 0, signal }
      await Promise.allSettled([live.open(request, sink), snapshot.open(request, sink), stop(request)])
      await fetchSnapshot({ url: '/read', fetch, credentials })(requestFor())
      expect(fetch.requests.map(({ init }) => init.credentials)).toEqual(Array(4).fill(credentials))
    }
  })
})

describe('a renewal in progress', () => {
  it('is shared by a request that begins, and is refused, while it lasts', async () => {
    let renew = (_: HeadersInit) => {}
    let renewals = 0
    const fetch = fakeFetch(({ headers }) =>
      headers.has('authorization') ? json({ offset: 0, text: '', status: 'done' }) : json({}, { status: 401 }),
    )
    const headers = ({ isRefresh }: HeadersRequest) => {
      if (!isRefresh) return {}
      renewals++
      return new Promise<HeadersInit>((resolve) => {
        renew = resolve
      })
    }
    const first = ask({ fetch, headers })
    await settle()
    const second = ask({ fetch, headers })
    await settle()
    expect([fetch.requests.length, renewals]).toEqual([2, 1])
    renew({ authorization: 'new' })
    expect(await Promise.all([first, second])).toEqual([undefined, undefined])
    // The next 401 causes another renewal.
    const third = ask({ fetch, headers })
    await settle()
    expect(renewals).toBe(2)
    renew({ authorization: 'newer' })
    expect(await third).toBeUndefined()
  })
})
