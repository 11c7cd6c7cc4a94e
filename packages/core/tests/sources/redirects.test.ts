import { fetchLive, fetchSnapshot, type SourceError } from '@keepstream/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bodyOf, fakeFetch, json } from '../support/fake-fetch'
import { settle, useFakeTime } from '../support/fake-time'
import { record, requestFor } from '../support/recorder'
import { events, served } from '../support/served'
import { shown } from '../support/setup'
import { wire } from '../support/wire'

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as SourceError,
  )

/** A redirect as a browser shows it. */
function opaque(): Response {
  const response = new Response(null)
  Object.defineProperties(response, { type: { value: 'opaqueredirect' }, status: { value: 0 }, ok: { value: false } })
  return response
}

describe('a redirect that a browser hides', () => {
  useFakeTime()
  afterEach(() => vi.unstubAllGlobals())

  it('is searched for by a request without any of the app’s headers', async () => {
    const fetch = fakeFetch(({ init }) => {
      if (init.redirect === 'manual') return opaque()
      const followed = bodyOf(['<h1>'], 'text/html')
      return Object.defineProperties(followed, {
        redirected: { value: true },
        url: { value: 'https://app.example/login?next=secret' },
      })
    })
    vi.stubGlobal('fetch', fetch)
    const source = fetchSnapshot({ url: '/read', headers: { authorization: 'Bearer t' }, credentials: 'include' })
    expect(await refusal(source(requestFor()))).toMatchObject({
      code: 'redirected',
      location: 'https://app.example/login',
    })
    const [asked, probe] = fetch.requests
    expect([fetch.requests.length, asked?.headers.get('authorization')]).toEqual([2, 'Bearer t'])
    expect([probe?.url, probe?.method, [...(probe?.headers.keys() ?? [])]]).toEqual([
      '/read?offset=0',
      'GET',
      ['accept'],
    ])
    expect(probe?.init).toMatchObject({ credentials: 'same-origin', signal: { aborted: true } })
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['is reported without a target where that cannot be seen', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['or is not redirected without headers', () => Promise.resolve(json({}, { status: 401 }))],
  ])('%s', async (_, answer) => {
    vi.stubGlobal(
      'fetch',
      fakeFetch(({ init }) => (init.redirect === 'manual' ? opaque() : answer())),
    )
    const error = await refusal(fetchSnapshot({ url: '/read' })(requestFor()))
    expect(error).toMatchObject({ code: 'redirected', location: undefined })
    expect(String(error)).toContain('hidden')
  })

  it('is searched for no longer than 2 s, nor longer than it is wanted', async () => {
    const asked: RequestInit[] = []
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
      asked.push(init)
      if (init.redirect === 'manual') return Promise.resolve(opaque())
      return new Promise((_resolve, reject) =>
        init.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
      )
    })
    const first = refusal(fetchSnapshot({ url: '/read' })(requestFor()))
    await settle()
    await vi.advanceTimersByTimeAsync(2000)
    expect(await first).toMatchObject({ code: 'redirected' })
    expect(vi.getTimerCount()).toBe(0)
    const unwanted = new AbortController()
    const second = refusal(fetchSnapshot({ url: '/read' })(requestFor({ signal: unwanted.signal })))
    await settle()
    unwanted.abort()
    expect(await second).toMatchObject({ code: 'redirected' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not searched for with an app’s own fetch, which may add headers', async () => {
    const global = fakeFetch(() => json({}))
    vi.stubGlobal('fetch', global)
    const own = fakeFetch(() => opaque())
    expect(await refusal(fetchSnapshot({ url: '/read', fetch: own })(requestFor()))).toMatchObject({
      code: 'redirected',
    })
    expect([own.requests.length, global.requests.length]).toEqual([1, 0])
  })
})

describe('a redirect that was followed all the same', () => {
  const followed = (url: string, isTold: boolean) => {
    const response = bodyOf(['not ours'])
    return Object.defineProperties(response, {
      url: { value: url },
      redirected: { value: isTold || undefined },
    })
  }

  it.each([true, false])('delivers no text (fetch tells it: %s)', async (isTold) => {
    const fetch = async () => followed('https://api.example/login?next=a', isTold)
    const { text, error } = await record(fetchLive({ url: 'https://api.example/drive', fetch }))
    expect(text).toBe('')
    expect(error).toMatchObject({ code: 'redirected', location: 'https://api.example/login' })
  })

  it('is none where only the case or the query of the URL differs', async () => {
    const fetch = async () => followed('https://api.example/drive', false)
    const { text, error } = await record(fetchLive({ url: 'https://API.example/drive?from=0', fetch }))
    expect([text, error]).toEqual(['not ours', undefined])
  })
})

describe('a URL that the network stack has put into its normal form', () => {
  const read = async (asked: string, reported: string) => {
    const fetch = async () =>
      Object.defineProperties(bodyOf(['ours']), { url: { value: reported }, redirected: { value: undefined } })
    const { error } = await record(fetchLive({ url: asked, fetch }))
    return error
  }

  it.each([
    ['https://api.example:443/drive', 'https://api.example/drive'],
    ['http://api.example/drive', 'http://api.example:80/drive'],
    ['https://user:word@api.example/drive', 'https://api.example/drive'],
    ['https://api.example', 'https://api.example/'],
    ['https://api.example/a/../drive', 'https://api.example/drive'],
    ['https://api.example/gr%C3%B6%c3%9fe', 'https://api.example/größe'],
    ['https://api.example/100%', 'https://api.example/100%'],
  ])('is no redirect: %s', async (asked, reported) => {
    expect(await read(asked, reported)).toBeUndefined()
  })

  it.each([
    ['http://api.example/drive', 'https://api.example/drive'],
    ['https://api.example/drive', 'https://other.example/drive'],
    ['https://api.example/drive', 'https://api.example:8443/drive'],
    ['https://api.example:4430/drive', 'https://api.example/drive'],
    ['https://api.example/drive', 'https://api.example/login'],
  ])('is one where it leads elsewhere: %s to %s', async (asked, reported) => {
    expect(await read(asked, reported)).toMatchObject({ code: 'redirected' })
  })

  it('leaves a redirect to a slash at the end visible where URL adds one to each, as in React Native', async () => {
    vi.stubGlobal(
      'URL',
      class {
        readonly href: string
        constructor(url: string) {
          this.href = url.endsWith('/') ? url : `${url}/`
        }
      },
    )
    expect(await read('https://api.example:443/drive', 'https://api.example/drive')).toBeUndefined()
    expect(await read('https://api.example', 'https://api.example/')).toBeUndefined()
    expect(await read('https://api.example/drive', 'https://api.example/drive/')).toMatchObject({ code: 'redirected' })
    vi.unstubAllGlobals()
  })

  it('is no redirect where URL does nothing, as in an older React Native', async () => {
    vi.stubGlobal(
      'URL',
      class {
        href = ''
        constructor() {
          throw new Error('not implemented')
        }
      },
    )
    expect(await read('https://api.example:443', 'https://api.example/')).toBeUndefined()
    expect(await read('https://api.example/drive', 'https://api.example/login')).toMatchObject({ code: 'redirected' })
    vi.unstubAllGlobals()
  })
})

describe('a stream whose responses are redirected', () => {
  useFakeTime()

  it('has failed, keeps its text, and goes on from its offset once a person has signed in', async () => {
    // The app's own session is over after the first response.
    let isSignedIn = false
    const { client, fetch, asked } = served({
      read: (_, count) =>
        count === 1
          ? events(
              wire.status({ status: 'streaming', offset: 5, epoch: 1, base: 0, upToDate: true }),
              wire.text(5, 'Hello', 1),
            )
          : !isSignedIn
            ? new Response(null, { status: 302, headers: { location: 'https://app.example/login' } })
            : events(wire.grows(6), wire.text(6, '!', 1), wire.end(6, 'done', undefined, 1)),
    })
    const stream = client.stream('a')
    stream.attach()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(shown(stream)).toMatchObject({
      text: 'Hello',
      status: 'streaming',
      connection: 'failed',
      error: { code: 'redirected', location: 'https://app.example/login' },
    })
    expect(fetch.requests).toHaveLength(2)
    isSignedIn = true
    stream.retry()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done', error: undefined })
    expect(asked().at(-1)).toBe('GET /streams/a?offset=5&epoch=1')
  })

  it('rejects a stop', async () => {
    const { client } = served({
      read: () => events(),
      stop: () => new Response(null, { status: 307, headers: { location: 'https://app.example/login' } }),
    })
    const stream = client.stream('a')
    const stopped = refusal(stream.stop())
    await settle()
    expect(await stopped).toMatchObject({ code: 'redirected', location: 'https://app.example/login' })
  })
})
