import { describe, expect, it } from 'vitest'
import type { AuthorizeContext } from '../../src/index'
import { settled } from '../support/clock'
import { createRig, request } from '../support/rig'
import { spyStore } from '../support/spy-store'

async function served(options: Partial<Parameters<ReturnType<typeof createRig>['streams']['handler']>[0]> = {}) {
  const rig = createRig({ wrap: spyStore })
  const id = await rig.streams.createStream({ meta: { owner: 'ada' } })
  const produced: string[] = []
  const handle = rig.streams.handler({
    basePath: '/streams',
    authorize: 'public',
    produce: async ({ id, append }) => {
      produced.push(id)
      await append('text')
    },
    ...options,
  })
  const send = (method: string, path: string, init: RequestInit = {}) => handle(request(path, { method, ...init }))
  return { ...rig, id, produced, handle, send }
}

async function problem(response: Response): Promise<[number, string]> {
  return [response.status, (await response.json()).code]
}

describe('the handler', () => {
  it('serves only its routes, and reserves POST and PUT', async () => {
    const { send, id } = await served()
    for (const path of [
      '/',
      '/streams',
      '/streams/',
      `/other/${id}`,
      `/streams/${id}/x`,
      `/streams/${id}/drive/x`,
      `/streamsx/${id}`,
    ]) {
      expect(await problem(await send('GET', path))).toEqual([404, 'not-found'])
    }
    for (const method of ['POST', 'PUT', 'PATCH', 'OPTIONS']) {
      const response = await send(method, `/streams/${id}`)
      expect(await problem(response)).toEqual([405, 'method-not-allowed'])
      expect(response.headers.get('Allow')).toBe('GET, HEAD, DELETE')
    }
    for (const verb of ['drive', 'stop']) {
      const response = await send('OPTIONS', `/streams/${id}/${verb}`)
      expect([response.status, response.headers.get('Allow')]).toEqual([405, 'POST'])
    }
    expect(await problem(await send('GET', `/streams/${id}/drive`))).toEqual([405, 'method-not-allowed'])
    expect(await problem(await send('GET', `/streams/${id}/stop`))).toEqual([405, 'method-not-allowed'])
    expect(await problem(await send('GET', `/streams/${id}?live=long-poll`))).toEqual([400, 'invalid-request'])
  })

  it.each([
    ['/größe', '/gr%C3%B6%C3%9Fe'],
    ['/gr%C3%B6%C3%9Fe', '/größe'],
    ['/gr%c3%b6%c3%9fe/', '/größe'],
    ['/größe', '/gr%c3%b6%c3%9fe'],
    ['/a b/{c}', '/a%20b/{c}'],
    ['/v1:beta/...', '/v1:beta/...'],
    ['/', ''],
  ])('serves under %s, percent-encoded or not', async (basePath, path) => {
    const { send, id } = await served({ basePath })
    expect((await send('GET', `${path}/${id}`)).status).toBe(200)
  })

  it('ignores one slash at the end of a path', async () => {
    const { send, id, produced } = await served()
    expect((await send('POST', `/streams/${id}/drive/`)).status).toBe(200)
    await settled()
    expect(produced).toEqual([id])
    expect(await (await send('POST', `/streams/${id}/stop/`)).json()).toMatchObject({ status: 'done' })
    expect(await (await send('GET', `/streams/${id}/?offset=2`)).json()).toMatchObject({ text: 'xt', offset: 2 })
    expect((await send('HEAD', `/streams/${id}/`)).headers.get('Stream-Offset')).toBe('4')
    expect((await send('OPTIONS', `/streams/${id}/drive/`)).headers.get('Allow')).toBe('POST')
    for (const path of [`/streams/${id}//`, `/streams/${id}//drive`, `/streams/${id}/drive//`, '/streams//']) {
      expect(await problem(await send('POST', path))).toEqual([404, 'not-found'])
    }
    expect((await send('DELETE', `/streams/${id}/`)).status).toBe(204)
  })

  it('does not call the store for a malformed id', async () => {
    const { send, store } = await served()
    const calls = (store as ReturnType<typeof spyStore>).calls
    const before = calls.length
    for (const id of ['a.b', '%27%20or%201=1', 'x'.repeat(65), '0123456789é', '..%2F..%2F..%2Fetc%2Fpwd']) {
      for (const [method, verb] of [
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/drive'],
        ['POST', '/stop'],
      ] as const) {
        expect((await send(method, `/streams/${id}${verb}`)).status).toBe(404)
      }
    }
    expect(calls.length).toBe(before)
  })

  it('sends the same response for an unknown stream and for an unauthorized request', async () => {
    const requested: AuthorizeContext[] = []
    const { send, id, streams, produced } = await served({
      authorize: async (given) => {
        requested.push(given)
        return ((await given.getMeta()) as { owner?: string } | undefined)?.owner === 'grace'
      },
    })
    const unknown = '0123456789abcdefghijkl'
    const verbs = [
      ['GET', ''],
      ['HEAD', ''],
      ['POST', '/drive'],
      ['POST', '/stop'],
      ['DELETE', ''],
    ] as const
    for (const [method, verb] of verbs) {
      const [no, none] = [await send(method, `/streams/${id}${verb}`), await send(method, `/streams/${unknown}${verb}`)]
      expect([no.status, await no.text()]).toEqual([404, await none.text()])
      expect([...no.headers]).toEqual([...none.headers])
    }
    expect(requested.map(({ action }) => action)).toEqual(
      ['read', 'read', 'drive', 'stop', 'delete'].flatMap((action) => [action, action]),
    )
    expect(await streams.getStreamBody(id)).toMatchObject({ text: '', status: 'pending' })
    expect(produced).toEqual([])
    const mine = await served({
      authorize: async ({ getMeta }) => ((await getMeta()) as { owner: string }).owner === 'ada',
    })
    expect((await mine.send('GET', `/streams/${mine.id}`)).status).toBe(200)
  })

  it('S17 allows a request only for true, and reports an error that authorize throws', async () => {
    const yes = await served({ authorize: () => 'yes' as unknown as boolean })
    expect((await yes.send('GET', `/streams/${yes.id}`)).status).toBe(404)
    const cause = new Error('token=secret')
    const broken = await served({ authorize: () => Promise.reject(cause) })
    const response = await broken.send('GET', `/streams/${broken.id}`)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    expect(broken.errors).toEqual([{ error: cause, context: { source: 'handler' } }])
  })

  it('sends the Response of authorize for every verb, and does nothing else', async () => {
    const { send, id, produced, store, errors } = await served({
      authorize: () =>
        Response.json(
          { code: 'token-expired', message: 'Sign in again.', extra: 7 },
          {
            status: 401,
            statusText: 'Signed out',
            headers: { 'WWW-Authenticate': 'Bearer', 'Cache-Control': 'public, max-age=600' },
          },
        ),
      allowedOrigins: ['https://app.example'],
    })
    const before = (store as ReturnType<typeof spyStore>).calls.length
    for (const [method, verb] of [
      ['GET', ''],
      ['POST', '/drive'],
      ['POST', '/stop'],
      ['DELETE', ''],
    ] as const) {
      const response = await send(method, `/streams/${id}${verb}`, { headers: { Origin: 'https://app.example' } })
      expect([response.status, response.statusText]).toEqual([401, 'Signed out'])
      expect(await response.json()).toEqual({ code: 'token-expired', message: 'Sign in again.', extra: 7 })
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'access-control-allow-origin': 'https://app.example',
        'cache-control': 'no-store',
        'content-type': 'application/json',
        vary: 'Origin',
        'www-authenticate': 'Bearer',
        'x-content-type-options': 'nosniff',
      })
    }
    expect([(store as ReturnType<typeof spyStore>).calls.length - before, produced, errors]).toEqual([0, [], []])
  })

  it.each([
    [401, undefined, { code: 'unauthorized', message: 'The request was refused.' }],
    [402, undefined, { code: 'payment-required' }],
    [403, 'Not on this plan.', { code: 'forbidden', message: 'Not on this plan.' }],
    [429, '', { code: 'rate-limited' }],
    [451, undefined, { code: 'refused' }],
    [503, 'Busy.', { code: 'server', message: 'Busy.' }],
  ])('adds a code and a message to a Response of %d without JSON', async (status, body, words) => {
    const init = { status, headers: { 'Retry-After': '7', 'Content-Length': String(body?.length ?? 0) } }
    const { send, id } = await served({ authorize: async () => new Response(body, init) })
    const response = await send('GET', `/streams/${id}`)
    expect(await response.json()).toMatchObject(words)
    expect([response.status, response.headers.get('Retry-After')]).toEqual([status, '7'])
    expect([response.headers.get('Content-Length'), response.headers.get('Content-Type')]).toEqual([
      null,
      'application/json',
    ])
  })

  it.each([
    ['{"error":"expired","code":7}', { error: 'expired', code: 'forbidden', message: 'The request was refused.' }],
    ['{"message":"Not on this plan."}', { code: 'forbidden', message: 'Not on this plan.' }],
    ['{"code":"plan","message":"Not on this plan."}', { code: 'plan', message: 'Not on this plan.' }],
    ['["no"]', ['no']],
    ['null', null],
  ])('adds a code to JSON without one: %s', async (body, expected) => {
    const headers = { 'Content-Type': 'application/problem+json', 'Content-Length': String(body.length) }
    const { send, id } = await served({ authorize: () => new Response(body, { status: 403, headers }) })
    const response = await send('GET', `/streams/${id}`)
    expect(await response.json()).toEqual(expected)
    expect([response.headers.get('Content-Length'), response.headers.get('Content-Type')]).toEqual([
      null,
      'application/problem+json',
    ])
  })

  it('sends any other body unchanged, also of a Response that is thrown', async () => {
    const page = new Response('<p>No.', { status: 403, headers: { 'Content-Type': 'text/html' } })
    const { send, id, errors } = await served({ authorize: () => Promise.reject(page) })
    const response = await send('GET', `/streams/${id}`)
    expect([response.status, response.headers.get('Content-Type'), await response.text()]).toEqual([
      403,
      'text/html',
      '<p>No.',
    ])
    expect(errors).toEqual([])
    // An error of an HTTP client has some fields of a Response, but is not one.
    const upstream = Object.assign(new Error('secret'), { status: 403, headers: new Headers() })
    const failing = await served({ authorize: () => Promise.reject(upstream) })
    expect(await problem(await failing.send('GET', `/streams/${failing.id}`))).toEqual([500, 'server'])
    expect(failing.errors).toMatchObject([{ error: upstream }])
  })

  it('turns a Response of 404 into the response for an unknown stream', async () => {
    const { send, id } = await served({
      authorize: ({ id: requested }) => requested !== id || new Response('yours?', { status: 404 }),
    })
    const [no, none] = [await send('GET', `/streams/${id}`), await send('GET', '/streams/0123456789abcdefghijkl')]
    expect([no.status, await no.text(), [...no.headers]]).toEqual([none.status, await none.text(), [...none.headers]])
  })

  const once = new Response('No.', { status: 401 })
  it.each([
    ['a 200', () => new Response('yes')],
    ['a 204', () => new Response(null, { status: 204 })],
    ['a redirect to a login page', () => Response.redirect('https://app.example/login')],
    ['one that failed', () => Response.error()],
    ['one whose body was read already', () => once],
  ])('reports %s as a mistake of the application', async (_, authorize) => {
    const { send, id, errors, produced } = await served({ authorize })
    await once.text().catch(() => undefined)
    const response = await send('POST', `/streams/${id}/drive`)
    expect(await problem(response)).toEqual([500, 'server'])
    expect(response.headers.get('Retry-After')).toBeNull()
    expect(errors).toMatchObject([
      { error: { code: 'invalid-option', message: expect.stringMatching(/'authorize'.*400 to 599/) } },
    ])
    expect(produced).toEqual([])
  })

  it('lets authorize and produce read an empty body', async () => {
    const { handle, id } = await served({
      authorize: async ({ request }) => (await request.text()) === '',
      produce: async ({ request, append }) => append(`[${await request.text()}]`),
    })
    const init = {
      method: 'POST',
      headers: { 'Content-Length': '0' },
      body: new ReadableStream({ start: (c) => c.close() }),
      duplex: 'half',
    }
    const response = await handle(request(`/streams/${id}/drive`, init as RequestInit))
    expect(await response.text()).toBe('[]')
  })

  it('gives authorize and produce each their own copy of the body', async () => {
    const bodies: unknown[] = []
    const { send, id, errors } = await served({
      authorize: async ({ request, action }) => {
        bodies.push([action, await request.text()])
        return true
      },
      produce: async ({ request, append }) => {
        bodies.push(await request.clone().json())
        await append(await request.text())
      },
    })
    expect(await (await send('POST', `/streams/${id}/drive`, { body: '{"a":1}' })).text()).toBe('{"a":1}')
    await send('POST', `/streams/${id}/stop`, { body: 'why' })
    await send('GET', `/streams/${id}`)
    await send('DELETE', `/streams/${id}`, { body: 'gone' })
    expect(bodies).toEqual([['drive', '{"a":1}'], { a: 1 }, ['stop', 'why'], ['read', ''], ['delete', 'gone']])
    expect(errors).toEqual([])
  })

  it('passes a request without a body itself, and otherwise a copy with the properties of middleware', async () => {
    const seen: Request[] = []
    const { handle, id } = await served({
      authorize: ({ request }) => {
        seen.push(request)
        return true
      },
    })
    const bare = request(`/streams/${id}/stop`, { method: 'POST' })
    await handle(bare)
    expect(seen[0]).toBe(bare)
    // Browsers send a POST without a body like this, and adapters create an empty body.
    const init0 = {
      method: 'POST',
      headers: { 'Content-Length': '0' },
      body: new ReadableStream({ start: (c) => c.close() }),
      duplex: 'half',
    }
    const empty = request(`/streams/${id}/stop`, init0 as RequestInit)
    await handle(empty)
    expect(seen.splice(1)).toEqual([empty])
    const init = { method: 'POST', body: 'why', headers: { Cookie: 'a=b', 'X-Own': '1' } }
    await handle(Object.assign(request(`/streams/${id}/stop`, init), { user: 'ada' }))
    expect(seen[1]).toMatchObject({ user: 'ada', method: 'POST', url: bare.url })
    expect([seen[1]?.headers.get('X-Own'), seen[1]?.headers.get('Cookie')]).toEqual(['1', 'a=b'])
  })

  it('touches no body if there is none, because adapters build one then, and still passes on the request', async () => {
    const requests: Request[] = []
    const { handle, id } = await served({
      authorize: 'public',
      produce: ({ request }) => {
        requests.push(request, request)
      },
    })
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/drive'],
    ] as const) {
      const sent = request(`/streams/${id}${path}`, { method, headers: { 'Content-Length': '0', 'X-Own': '1' } })
      const touch = () => {
        throw new Error('touched')
      }
      for (const name of ['body', 'clone', 'text', 'arrayBuffer']) Object.defineProperty(sent, name, { get: touch })
      expect((await handle(sent)).status).toBe(200)
    }
    await settled()
    const [first, second] = requests
    expect(first).toBe(second)
    expect([first?.method, first?.headers.get('X-Own'), await first?.text()]).toEqual(['POST', '1', ''])
  })

  it.each(['read', 'locked', 'emptied'] as const)(
    'serves a request whose body is %s already, and fails only a read of it',
    async (how) => {
      const used = (path: string) => {
        const init = { method: 'POST', body: 'body', headers: { 'Content-Length': '4' } }
        // Adapters create this from a Node request that a body parser has read.
        if (how === 'emptied')
          return request(path, {
            ...init,
            body: new ReadableStream({ start: (c) => c.close() }),
            duplex: 'half',
          } as RequestInit)
        const made = request(path, init)
        if (how === 'read') void made.text()
        else made.body?.getReader()
        return made
      }
      const unread = await served()
      expect((await unread.handle(used(`/streams/${unread.id}/drive`))).status).toBe(200)
      await settled()
      expect([unread.produced, unread.errors]).toEqual([[unread.id], []])

      const failure = { code: 'body-used', message: expect.stringContaining('request.clone()') }
      const reading = await served({ authorize: async ({ request }) => (await request.json()).isMine === true })
      const refused = await reading.handle(used(`/streams/${reading.id}/drive`))
      expect([await problem(refused), refused.headers.get('Retry-After')]).toEqual([[500, 'server'], null])
      expect(reading.errors).toMatchObject([{ error: failure, context: { source: 'handler' } }])
      expect((await reading.store.heads([reading.id]))[0]?.status).toBe('pending')

      const producing = await served({
        produce: async ({ append, request }) => append(await request.text()),
      })
      await producing.handle(used(`/streams/${producing.id}/drive`))
      await producing.clock.advance(300)
      expect(producing.errors).toMatchObject([{ error: failure, context: { source: 'producer' } }])
    },
  )

  it('drives with a body up to maxBodyBytes, and refuses a longer one without reading all of it', async () => {
    const { send, id, produced } = await served({ maxBodyBytes: 10 })
    const tooLong = await send('POST', `/streams/${id}/drive`, { body: 'x'.repeat(11) })
    expect(await problem(tooLong)).toEqual([413, 'too-large'])
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(6))
      },
    })
    const init = { body: endless, duplex: 'half' } as RequestInit
    expect(await problem(await send('POST', `/streams/${id}/drive`, init))).toEqual([413, 'too-large'])
    expect(pulled).toBeLessThan(5)
    const lying = await send('POST', `/streams/${id}/drive`, { body: 'x', headers: { 'Content-Length': '9999' } })
    expect(lying.status).toBe(413)
    expect(produced).toEqual([])
    expect((await send('POST', `/streams/${id}/drive`, { body: 'x'.repeat(10) })).status).toBe(200)
    await settled()
    expect(produced).toEqual([id])
  })

  it('S17 reports a failed upload, but not one that its client aborts', async () => {
    const { send, id, produced, errors } = await served()
    const client = new AbortController()
    const broken = () =>
      new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new Uint8Array(6)),
        pull: (controller) => controller.error(new Error('reset by secret')),
      })
    const init = (signal?: AbortSignal) =>
      ({ body: broken(), duplex: 'half', ...(signal && { signal }) }) as RequestInit
    const failed = await send('POST', `/streams/${id}/drive`, init())
    expect(await problem(failed)).toEqual([500, 'server'])
    expect(errors.splice(0)).toHaveLength(1)
    client.abort()
    expect(await problem(await send('POST', `/streams/${id}/drive`, init(client.signal)))).toEqual([
      400,
      'invalid-request',
    ])
    expect([errors, produced]).toEqual([[], []])
  })

  it('fails a drive whose claim fails, leaves the stream unchanged, and serves the next drive', async () => {
    const metas: unknown[] = []
    const { send, id, store, clock } = await served({
      produce: async ({ meta, append }) => {
        metas.push(meta)
        await append('text')
      },
    })
    const spy = store as ReturnType<typeof spyStore>
    spy.instead.claim = () => Promise.reject(new Error('hiccup'))
    const refusing = send('POST', `/streams/${id}/drive`)
    await clock.advance(5_000)
    const refused = await refusing
    expect(await problem(refused)).toEqual([500, 'server'])
    expect(refused.headers.get('Retry-After')).toBe('1')
    expect((await store.heads([id]))[0]?.status).toBe('pending')
    delete spy.instead.claim
    expect((await send('POST', `/streams/${id}/drive`)).status).toBe(200)
    await clock.advance(300)
    expect(metas).toEqual([{ owner: 'ada' }])
    expect(await (await send('GET', `/streams/${id}`)).json()).toMatchObject({ text: 'text', status: 'done' })
  })

  it('reads the meta once for authorize, and never for produce, which gets it with the claim', async () => {
    const metas: unknown[] = []
    const { send, id, store } = await served({
      async authorize({ getMeta, request }) {
        if (!request.headers.has('Known')) await Promise.all([getMeta(), getMeta()])
        return true
      },
      produce: ({ meta }) => {
        metas.push(meta)
        return new Promise(() => undefined)
      },
    })
    const spy = store as ReturnType<typeof spyStore>
    await send('POST', `/streams/${id}/drive`, { headers: { Known: 'yes' } })
    await settled()
    expect([metas, spy.of('readMeta')]).toEqual([[{ owner: 'ada' }], []])
    await send('POST', `/streams/${id}/drive`)
    expect([metas.length, spy.of('readMeta').length]).toEqual([1, 1])
  })

  it('ends the stream as error when produce throws', async () => {
    const cause = new Error('no such model')
    const { send, id, clock, errors } = await served({ produce: () => Promise.reject(cause) })
    await send('POST', `/streams/${id}/drive`)
    await clock.advance(300)
    expect(await (await send('GET', `/streams/${id}`)).json()).toMatchObject({ status: 'error', error: 'generation' })
    expect(errors[0]?.error).toBe(cause)
  })

  it('has no drive route without produce', async () => {
    const { streams } = createRig()
    const id = await streams.createStream()
    const handle = streams.handler({ basePath: '', authorize: 'public' })
    expect((await handle(request(`/${id}/drive`, { method: 'POST' }))).status).toBe(404)
    expect((await handle(request(`/${id}`))).status).toBe(200)
  })

  it('stops, and responds with 202 if the end is not stored yet', async () => {
    const { send, id, store, clock } = await served({ produce: () => new Promise(() => undefined) })
    await send('POST', `/streams/${id}/drive`)
    await settled()
    const spy = store as ReturnType<typeof spyStore>
    spy.instead.close = () => Promise.reject(new Error('down'))
    const latching = send('POST', `/streams/${id}/stop`)
    await clock.advance(5_000)
    const latched = await latching
    expect([latched.status, await latched.json()]).toEqual([202, { status: 'streaming', offset: 0, epoch: 1 }])
    delete spy.instead.close
    await clock.advance(5_000)
    const stopped = await send('POST', `/streams/${id}/stop`)
    expect([stopped.status, await stopped.json()]).toEqual([200, { status: 'stopped', offset: 0, epoch: 1 }])
  })
})

describe('requests from pages', () => {
  const cases: [string, Record<string, string>, boolean][] = [
    ['same origin', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://server.test' }, true],
    ['same site', { 'Sec-Fetch-Site': 'same-site', Origin: 'http://app.server.test' }, true],
    ['the address bar', { 'Sec-Fetch-Site': 'none' }, true],
    ['another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.test' }, false],
    ['another site with a forged origin', { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://server.test' }, false],
    ['an old browser, own host', { Origin: 'https://server.test' }, true],
    ['an old browser, own host and port', { Origin: 'http://server.test:8080', Host: 'server.test:8080' }, true],
    ['an old browser, another host', { Origin: 'https://evil.test' }, false],
    ['an old browser, a sandboxed page', { Origin: 'null' }, false],
    ['a listed origin', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://app.example' }, true],
    ['an old browser, an app with another scheme', { Origin: 'app://server.test', Host: 'server.test' }, false],
    ['no browser', {}, true],
  ]

  it.each(cases)('of %s', async (_, headers, isAllowed) => {
    const { send, id } = await served({ allowedOrigins: ['https://app.example'] })
    for (const [method, verb] of [
      ['POST', '/stop'],
      ['POST', '/drive'],
      ['DELETE', ''],
    ] as const) {
      const response = await send(method, `/streams/${id}${verb}`, { headers })
      expect(response.status < 400).toBe(isAllowed)
      if (!isAllowed) expect(await problem(response)).toEqual([403, 'cross-origin'])
    }
    if (!isAllowed) expect((await send('GET', `/streams/${id}`, { headers })).status).toBe(200)
  })

  it.each([
    'tauri://localhost',
    'capacitor://localhost',
    'ionic://localhost',
    'app://bundle',
    'vscode-webview://0abcdefg-1234',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'safari-web-extension://2C8F7E6A-0A1B-4C2D-8E3F-112233445566',
    'http://localhost:8100',
  ])('of an app at %s are allowed only if that origin is listed', async (Origin) => {
    const from = { headers: { Origin, 'Sec-Fetch-Site': 'cross-site' } }
    const listed = await served({ allowedOrigins: [Origin] })
    const driven = await listed.send('POST', `/streams/${listed.id}/drive`, from)
    expect([driven.status, driven.headers.get('Access-Control-Allow-Origin')]).toEqual([200, Origin])
    const other = await served({ allowedOrigins: ['app://another'] })
    const refused = await other.send('POST', `/streams/${other.id}/drive`, from)
    expect([refused.status, refused.headers.get('Access-Control-Allow-Origin')]).toEqual([403, null])
  })

  const app = 'https://app.example'
  const preflightOf = (id: string, origin: string, headers?: string): [string, string, RequestInit] => [
    'OPTIONS',
    `/streams/${id}/drive`,
    {
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        ...(headers && { 'Access-Control-Request-Headers': headers }),
      },
    },
  ]

  it('may send any header from a listed origin, unless the headers are listed too', async () => {
    const any = await served({ allowedOrigins: [app] })
    const requested = 'authorization,baggage,sentry-trace,traceparent,x-own'
    const allowed = await any.send(...preflightOf(any.id, app, requested))
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': app,
      'access-control-allow-headers': requested,
      'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
      vary: 'Access-Control-Request-Headers, Origin',
    })
    for (const [origin, wanted] of [
      ['https://evil.test', requested],
      [app, ''],
      [app, '*'],
      [app, 'a, "b"'],
      [app, 'a'.repeat(5_000)],
    ] as const) {
      const own = await any.send(...preflightOf(any.id, origin, wanted))
      expect(own.headers.get('Access-Control-Allow-Headers')).toBe(
        'Authorization, Content-Type, If-None-Match, Last-Event-ID',
      )
      expect(own.headers.get('Access-Control-Allow-Origin')).toBe(origin === app ? app : null)
    }
    const listed = await served({ allowedOrigins: [app], allowedHeaders: ['Traceparent'] })
    const few = await listed.send(...preflightOf(listed.id, app, requested))
    expect(few.headers.get('Access-Control-Allow-Headers')).toBe(
      'Authorization, Content-Type, If-None-Match, Last-Event-ID, Traceparent',
    )
  })

  it('may send credentials only from a listed origin, and only with allowCredentials', async () => {
    const with_ = await served({ allowedOrigins: [app], allowCredentials: true })
    for (const origin of [app, 'https://evil.test', 'null', 'https://app.example.evil.test']) {
      const from = { headers: { Origin: origin } }
      for (const response of [
        await with_.send(...preflightOf(with_.id, origin, 'x-own')),
        await with_.send('GET', `/streams/${with_.id}`, from),
        await with_.send('GET', '/streams/0123456789abcdefghijkl', from),
        await with_.send('POST', `/streams/${with_.id}/stop`, from),
      ]) {
        const isListed = origin === app
        expect(response.headers.get('Access-Control-Allow-Origin')).toBe(isListed ? app : null)
        expect(response.headers.get('Access-Control-Allow-Credentials')).toBe(isListed ? 'true' : null)
        expect(response.headers.get('Vary')).toContain('Origin')
      }
    }
  })

  it('get CORS headers only from listed origins, and no credentials by default', async () => {
    const { send, id } = await served({ allowedOrigins: ['https://app.example'] })
    const from = (Origin: string) => ({ headers: { Origin } })
    const listed = await send('GET', `/streams/${id}`, from('https://app.example'))
    expect(listed.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example')
    expect(listed.headers.get('Vary')).toContain('Origin')
    const other = await send('GET', `/streams/${id}`, from('https://evil.test'))
    expect(other.headers.get('Access-Control-Allow-Origin')).toBeNull()
    expect(other.headers.get('Vary')).toContain('Origin')
    const failed = await served({
      allowedOrigins: ['https://app.example'],
      authorize: () => Promise.reject(new Error('down')),
    })
    const failure = await failed.send('GET', `/streams/${failed.id}`, from('https://app.example'))
    expect([failure.status, failure.headers.get('Access-Control-Allow-Origin')]).toEqual([500, 'https://app.example'])
    expect(failure.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After')
    const preflight = await send('OPTIONS', `/streams/${id}/drive`, from('https://app.example'))
    expect([preflight.status, preflight.headers.get('Access-Control-Allow-Origin')]).toEqual([
      204,
      'https://app.example',
    ])
    for (const response of [listed, other, preflight]) {
      expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull()
    }
  })
})
