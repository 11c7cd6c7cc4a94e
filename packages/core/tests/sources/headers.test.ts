import { createStreamClient, fetchLive, fetchSnapshot, type HeadersRequest, keepstream } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { bodyOf, fakeFetch, json } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { record, requestFor } from '../support/recorder'
import { shown, WAITS } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

const authorization = (token: unknown) => ({ authorization: `Bearer ${token}` })
const unauthorized = () => json({ code: 'unauthorized', message: 'no' }, { status: 401 })
const streaming = () => json({ offset: 0, text: '', status: 'streaming' })

describe('headers', () => {
  it.each([
    ['an object', authorization('one')],
    ['Headers', new Headers(authorization('one'))],
    ['a function', () => authorization('one')],
    ['an async function', async () => authorization('one')],
  ])('may be %s', async (_, headers) => {
    const fetch = fakeFetch(({ method }) => (method === 'POST' ? bodyOf(['ab']) : streaming()))
    await record(fetchLive({ url: '/drive', fetch, headers }))
    await fetchSnapshot({ url: '/read', fetch, headers })(requestFor())
    expect(fetch.requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer one', 'Bearer one'])
    expect(fetch.requests[1]?.headers.get('accept')).toBe('application/json')
  })

  it('are requested on every attempt, so that a new token is used from the next one on', async () => {
    let token = 1
    const asked: HeadersRequest[] = []
    const fetch = fakeFetch(streaming)
    const headers = (request: HeadersRequest) => {
      asked.push(request)
      return authorization(token)
    }
    const client = createStreamClient({ snapshot: fetchSnapshot({ url: '/read', fetch, headers }), poll: WAITS })
    client.stream('a').attach()
    await settle()
    token = 2
    await pass(100)
    expect(fetch.requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer 1', 'Bearer 2'])
    expect(asked).toEqual([
      expect.objectContaining({ attempt: 1, isRefresh: false }),
      expect.objectContaining({ attempt: 1, isRefresh: false }),
    ])
  })

  it('are renewed once after a 401, and the offset is kept', async () => {
    const asked: HeadersRequest[] = []
    let token = 'old'
    const fetch = fakeFetch(({ headers }) =>
      headers.get('authorization') === 'Bearer new'
        ? json({ offset: 5, text: ' world', status: 'done', epoch: 1, base: 0 })
        : unauthorized(),
    )
    const headers = async (request: HeadersRequest) => {
      asked.push(request)
      if (request.isRefresh) token = 'new'
      return authorization(token)
    }
    const client = createStreamClient({ snapshot: fetchSnapshot({ url: '/read', fetch, headers }) })
    const stream = client.stream('a', {
      initial: { text: 'Hello', status: 'streaming', origin: { epoch: 1, base: 0 } },
    })
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done', error: undefined })
    expect(asked).toEqual([
      expect.objectContaining({ attempt: 1, isRefresh: false }),
      expect.objectContaining({ attempt: 2, isRefresh: true }),
    ])
    expect(fetch.requests.map(({ url }) => url)).toEqual(['/read?offset=5&epoch=1', '/read?offset=5&epoch=1'])
  })

  it('are renewed no second time: the text is kept, and the error is shown', async () => {
    const asked: boolean[] = []
    const fetch = fakeFetch(unauthorized)
    const headers = ({ isRefresh }: HeadersRequest) => {
      asked.push(isRefresh)
      return authorization('bad')
    }
    const client = createStreamClient({ snapshot: fetchSnapshot({ url: '/read', fetch, headers }) })
    const stream = client.stream('a', {
      initial: { text: 'Hello', status: 'streaming', origin: { epoch: 1, base: 0 } },
    })
    stream.attach()
    await pass(600_000)
    expect(asked).toEqual([false, true])
    expect(shown(stream)).toMatchObject({ text: 'Hello', connection: 'failed', error: { code: 'unauthorized' } })
  })

  it('that cannot be renewed are sent once', async () => {
    const fetch = fakeFetch(unauthorized)
    const error = await fetchSnapshot({ url: '/read', fetch, headers: authorization('bad') })(requestFor()).catch(
      (error) => error,
    )
    expect(error).toMatchObject({ code: 'unauthorized' })
    expect(fetch.requests).toHaveLength(1)
  })

  it('are renewed again after a renewal that hung for 15 s, which shows an error and blocks nothing for ever', async () => {
    const renewals: AbortSignal[] = []
    const fetch = fakeFetch(({ headers }) =>
      headers.get('authorization') === 'Bearer new'
        ? bodyOf([wire.grows(1), wire.text(1, 'a'), wire.end(1)], SSE)
        : unauthorized(),
    )
    const headers = ({ isRefresh, signal }: HeadersRequest) => {
      if (!isRefresh) return authorization('old')
      renewals.push(signal)
      return renewals.length === 1 ? new Promise<never>(() => {}) : authorization('new')
    }
    const client = createStreamClient({ ...keepstream({ url: '', fetch, headers }), pollAfterMs: Infinity })
    const streams = [client.stream('a'), client.stream('b')]
    for (const stream of streams) stream.attach()
    await pass(14_900)
    expect(renewals.map(({ aborted }) => aborted)).toEqual([false])
    await pass(200)
    expect(renewals[0]?.aborted).toBe(true)
    for (const stream of streams)
      expect(shown(stream)).toMatchObject({ connection: 'waiting', retrying: { error: { code: 'network' } } })
    await pass(2000)
    for (const stream of streams) expect(shown(stream)).toMatchObject({ text: 'a', status: 'done' })
  })

  it('are renewed once for all streams that meet a 401 together', async () => {
    let renew = (_: HeadersInit) => {}
    let refreshes = 0
    const fetch = fakeFetch(({ url, headers }) =>
      headers.get('authorization') === 'Bearer new'
        ? bodyOf([wire.text(1, url.includes('/a') ? 'a' : 'b'), wire.end(1)], SSE)
        : unauthorized(),
    )
    const headers = ({ isRefresh }: HeadersRequest) => {
      if (!isRefresh) return authorization('old')
      refreshes++
      return new Promise<HeadersInit>((resolve) => {
        renew = resolve
      })
    }
    const client = createStreamClient(keepstream({ url: '', fetch, headers }))
    const [driven, followed] = [client.stream('a'), client.stream('b')]
    driven.attach({ start: true })
    followed.attach()
    await settle()
    expect(fetch.requests).toHaveLength(2)
    expect(refreshes).toBe(1)
    renew(authorization('new'))
    await settle()
    expect(shown(driven)).toMatchObject({ text: 'a', status: 'done' })
    expect(shown(followed)).toMatchObject({ text: 'b', status: 'done' })
    expect(refreshes).toBe(1)
  })

  it('are renewed again for a 401 that comes later', async () => {
    let refreshes = 0
    const fetch = fakeFetch((_, count) => (count % 2 ? unauthorized() : streaming()))
    const snapshot = fetchSnapshot({
      url: '/read',
      fetch,
      headers: ({ isRefresh }) => {
        if (isRefresh) refreshes++
        return {}
      },
    })
    await snapshot(requestFor())
    await snapshot(requestFor())
    expect(refreshes).toBe(2)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no session')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no session'))],
  ] as [string, () => Promise<HeadersInit>][])(
    'whose function %s are a network failure, and nothing is sent',
    async (_, headers) => {
      const fetch = fakeFetch(() => bodyOf(['ab']))
      const { error } = await record(fetchLive({ url: '/drive', fetch, headers }))
      expect(error).toMatchObject({ code: 'network', isUnsent: true, cause: new Error('no session') })
      expect(fetch.requests).toHaveLength(0)
    },
  )

  it('whose function fails once do not cost the drive', async () => {
    let asked = 0
    const fetch = fakeFetch(({ method }) => (method === 'POST' ? bodyOf(['ab']) : streaming()))
    const headers = () => {
      if (++asked === 1) throw new Error('offline')
      return authorization('one')
    }
    const client = createStreamClient({
      live: fetchLive({ url: '/drive', fetch, headers }),
      snapshot: fetchSnapshot({ url: '/read', fetch, headers }),
      retry: WAITS,
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await pass(150)
    expect(fetch.requests[0]).toMatchObject({ method: 'POST', url: '/drive' })
    expect(shown(stream)).toMatchObject({ text: 'ab', retrying: undefined })
  })
})
