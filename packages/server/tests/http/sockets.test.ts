import {
  createServer,
  get,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../../../../tests/support/until'
import { createStreams, memoryStore, type Producer, type StreamServerEvent } from '../../src/index'
import { parseEvents, type SseEvent, textOf } from '../support/rig'
import { spyStore } from '../support/spy-store'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** Works like most adapters: it sends the headers with the first chunk, and never cancels (h3 before 2). */
function writing(handle: (request: Request) => Promise<Response>): RequestListener {
  return async (incoming, outgoing) => {
    const { url = '', method = '', headers } = incoming
    const { accept = '*/*' } = headers
    const response = await handle(new Request(`http://server.test${url}`, { method, headers: { accept } }))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    await response.body?.pipeTo(
      new WritableStream({ write: (chunk) => void outgoing.write(chunk), close: () => void outgoing.end() }),
    )
  }
}

async function serving(produce: Producer, listener = getRequestListener as typeof writing) {
  const store = spyStore(memoryStore())
  const events: StreamServerEvent[] = []
  const errors: unknown[] = []
  const streams = createStreams({
    store,
    onEvent: (event) => events.push(event),
    onError: (error) => errors.push(error),
    drainMs: 0,
  })
  const handle = streams.handler({ basePath: '/streams', authorize: 'public', produce })
  const server: Server = createServer(listener(handle))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => streams.close())
  open.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/streams`
  return { store, events, errors, streams, url }
}

/** Sends a request and waits only for the headers. The body is not read until the test reads it. */
function stalled(url: string, method: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { method, headers }, resolve).on('error', reject).end()
  })
}

describe('over real sockets', () => {
  it('the server detects a driver and a follower that leave, and the run goes on', async () => {
    let append: (text: string) => Promise<void> = async () => undefined
    const { streams, events, store, url } = await serving((context) => {
      append = context.append
      return new Promise((resolve) => context.signal.addEventListener('abort', () => resolve(undefined)))
    })
    const id = await streams.createStream()
    const driver = new AbortController()
    const driven = await fetch(`${url}/${id}/drive`, { method: 'POST', signal: driver.signal })
    const follower = await stalled(`${url}/${id}`, 'GET', { Accept: 'text/event-stream' })
    await append('Hello')
    expect(new TextDecoder().decode((await driven.body?.getReader().read())?.value)).toBe('Hello')
    driver.abort()
    follower.destroy()
    await until(() => events.filter(({ type }) => type === 'left').length === 2)
    await append(', world.')
    await until(async () => (await streams.getStreamBody(id)).text === 'Hello, world.')
    expect(events.map(({ type }) => type)).not.toContain('closed')
    expect(await streams.stopStream(id)).toEqual({ status: 'stopped', offset: 13, epoch: 1 })
    await until(() => store.watches === 0)
  })

  it.each(['text/plain', 'text/event-stream'])(
    'a drive as %s sends its headers before the producer appends text',
    async (accept) => {
      let begin: () => void = () => undefined
      const begun = new Promise<void>((resolve) => {
        begin = resolve
      })
      const { streams, url } = await serving(async function* () {
        await begun
        yield 'Hello'
      }, writing)
      const id = await streams.createStream()
      // The producer waits for the headers. If they waited for the first text, the test would time out.
      const driven = await fetch(`${url}/${id}/drive`, { method: 'POST', headers: { accept } })
      begin()
      expect(await driven.text()).toContain('Hello')
    },
  )

  it('S16 a stalled follower of 12 MB gets what fits in the sockets, and the rest when it reads', async () => {
    // Three bytes for each code unit, which is more than the kernel buffers.
    const text = '流れる文。'.repeat(800_000)
    const { streams, store, url } = await serving(async function* () {
      for (let at = 0; at < text.length; at += 1_000) {
        yield text.slice(at, at + 1_000)
      }
    })
    const id = await streams.createStream()
    const done = fetch(`${url}/${id}/drive`, { method: 'POST' }).then((response) => response.text())
    expect((await done) === text).toBe(true)
    const before = store.of('read').length
    const response = await stalled(`${url}/${id}`, 'GET', { Accept: 'text/event-stream' })
    await quiet(() => store.of('read').length)
    const pulled = (store.of('read').length - before) * 65_536
    expect(pulled).toBeLessThan(text.length * 0.8)
    const events = parseEvents(await textFrom(response)).events
    expect(textOf(events) === text).toBe(true)
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { status: 'done', offset: text.length } })
  }, 30_000)

  it('fetch unpacks a text that has ended, and gets it whole in every form', async () => {
    const text = 'Ünïcode 😀, again and again.\r\n'.repeat(5_000)
    const { streams, url } = await serving(async function* () {
      yield text
    })
    const id = await streams.createStream()
    await (await fetch(`${url}/${id}/drive`, { method: 'POST' })).text()
    for (const accept of ['application/json', 'text/plain', 'text/event-stream', 'application/vnd.keepstream']) {
      const plain = await fetch(`${url}/${id}`, { headers: { accept, 'accept-encoding': 'identity' } })
      const packed = await fetch(`${url}/${id}`, { headers: { accept, 'accept-encoding': 'gzip' } })
      expect([plain, packed].map(({ headers }) => headers.get('content-encoding'))).toEqual([null, 'gzip'])
      const [expected, got] = [await plain.arrayBuffer(), await packed.arrayBuffer()]
      expect(Buffer.from(got).equals(Buffer.from(expected))).toBe(true)
    }
  })

  it('a native EventSource that is cut anywhere resumes exactly, and stops at the end', async () => {
    const words = Array.from({ length: 60 }, (_, index) => `${index}: 😀 é\r\n\n`)
    const { streams, url } = await serving(async function* () {
      for (const word of words) {
        yield word
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
    const id = await streams.createStream()
    const driving = fetch(`${url}/${id}/drive`, { method: 'POST' }).then((response) => response.text())
    let lastEventId = ''
    const received: SseEvent[] = []
    let connections = 0
    for (;;) {
      // Works like an EventSource: the URL stays the same, and Last-Event-ID has the position.
      const headers = { Accept: 'text/event-stream', ...(lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId }) }
      const response = await stalled(`${url}/${id}?offset=0`, 'GET', headers)
      if (response.statusCode === 204) break
      connections++
      const { events } = parseEvents(wholeEvents(await textFrom(response, 60 + connections * 37)))
      received.push(...events)
      lastEventId = events.filter(({ id: last }) => last !== undefined).at(-1)?.id ?? lastEventId
    }
    expect(connections).toBeGreaterThan(2)
    expect(textOf(received)).toBe(words.join(''))
    expect(await driving).toBe(words.join(''))
    expect(await streams.getStreamBody(id)).toMatchObject({ text: words.join(''), status: 'done' })
  })

  it('a route of the application drives with the request of the server', async () => {
    const streams = createStreams({ store: memoryStore(), drainMs: 0 })
    const id = await streams.createStream()
    const route = (request: Request) =>
      streams.stream(request, id, async ({ append, request }) => {
        await append(`${request.method} ${await request.text()}`)
      })
    const server = createServer(getRequestListener(route))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(() => streams.close())
    open.push(() => new Promise((resolve) => server.close(resolve)))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ask`
    const response = await fetch(url, { method: 'POST', body: 'a prompt 😀', headers: { Connection: 'close' } })
    expect(await response.text()).toBe('POST a prompt 😀')
  })

  it('a drive whose body was read by authorize, or by a parser before the adapter, still runs', async () => {
    const streams = createStreams({ store: memoryStore(), drainMs: 0 })
    const handle = streams.handler({
      basePath: '/streams',
      authorize: async ({ request }) => (await request.text()).length >= 0,
      produce: ({ request, append }) => request.text().then(append),
    })
    const errors: unknown[] = []
    const parsed = createStreams({ store: memoryStore(), drainMs: 0, onError: (error) => errors.push(error) })
    const handleParsed = parsed.handler({
      basePath: '/parsed',
      authorize: 'public',
      produce: async ({ append }) => append('from meta alone'),
    })
    const listener = getRequestListener((request) =>
      request.url.includes('/parsed/') ? handleParsed(request) : handle(request),
    )
    const server = createServer(async (incoming, outgoing) => {
      // express.json() does this for every route.
      if (incoming.url?.startsWith('/parsed/')) for await (const _ of incoming);
      await listener(incoming, outgoing)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(() => Promise.all([streams.close(), parsed.close()]))
    open.push(() => new Promise((resolve) => server.close(resolve)))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const init = { method: 'POST', body: 'a prompt 😀', headers: { Connection: 'close' } }
    const drive = async (path: string) => (await fetch(`${url}${path}/drive`, init)).text()
    expect(await drive(`/streams/${await streams.createStream()}`)).toBe('a prompt 😀')
    expect(await drive(`/parsed/${await parsed.createStream()}`)).toBe('from meta alone')
    expect(errors).toEqual([])
  })

  it('an aborted upload is not reported as an error, and drives nothing', async () => {
    const produced: string[] = []
    const { streams, errors, store, url } = await serving(async () => void produced.push('called'))
    const id = await streams.createStream()
    const upload = httpRequest(`${url}/${id}/drive`, { method: 'POST', headers: { 'Content-Length': '1000' } })
    upload.on('error', () => undefined)
    upload.write('half')
    await new Promise((resolve) => setTimeout(resolve, 50))
    upload.destroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([errors, produced]).toEqual([[], []])
    expect((await store.heads([id]))[0]?.status).toBe('pending')
  })

  it('HEAD leaves no subscription behind', async () => {
    const { streams, store, url } = await serving(async () => undefined)
    const id = await streams.createStream()
    const status = await new Promise((resolve) =>
      get(`${url}/${id}`, { method: 'HEAD', headers: { Accept: 'text/event-stream' } }, ({ statusCode }) =>
        resolve(statusCode),
      ),
    )
    expect(status).toBe(200)
    expect(store.watches).toBe(0)
  })
})

/** Reads the whole response, or at most `cut` bytes and then destroys the connection. */
async function textFrom(response: IncomingMessage, cut = Infinity): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length >= cut) break
  }
  return Buffer.concat(chunks).subarray(0, cut).toString('utf8')
}

/** An EventSource drops an event without its blank line. */
function wholeEvents(text: string): string {
  return text.slice(0, text.lastIndexOf('\n\n') + 2)
}

/** Resolves once `count` has stayed the same for 200 ms. */
async function quiet(count: () => number): Promise<void> {
  let last = -1
  while (last !== count()) {
    last = count()
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
