import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { type CreateStreamsOptions, createStreams, memoryStore, type Producer } from '@keepstream/server'
import { type Answer, createWriter } from './answer'
import { buildPage } from './build-page'

export interface LifeServer {
  /** The address of a page that reads answers. A private page is sent with `no-store`. */
  page(options: {
    drive?: readonly Answer[]
    follow?: readonly Answer[]
    maxLive?: number | undefined
    isPrivate?: boolean | undefined
  }): string
  /** The address of a page without streams. */
  readonly elsewhere: string
  /** Creates an answer that is not driven yet. */
  createAnswer(): Promise<Answer>
  /** Creates an answer that another client has driven. */
  beginAnswer(): Promise<Answer>
  /** The requests for an answer, oldest first: `drive`, `stop`, or the offset to read from. */
  requests(answer: Answer): string[]
  /** The stored text and status of an answer. */
  stored(answer: Answer): Promise<{ text: string; status: string }>
  /** The number of open connections that read answers. */
  readonly open: number
  /** The longest time in milliseconds during which more than `limit` connections were open. */
  crowdedMs(limit: number): number
  /** From now on, `respond` may respond to requests for streams in place of the server. */
  stepBetween(respond: ((request: Request) => Response | undefined) | undefined): void
  /** Breaks all connections that read an answer, without closing them properly. */
  cut(answer: Answer): void
  close(): Promise<void>
}

/** Starts a small application: a page and the server of its streams. */
export async function startLifeServer(options: Partial<CreateStreamsOptions> = {}): Promise<LifeServer> {
  const script = await buildPage()
  const streams = createStreams({ store: memoryStore(), ...options })
  const answers = new Map<string, ReturnType<typeof createWriter>>()
  const requests: { id: string; what: string }[] = []
  const reading = new Map<ServerResponse, string>()
  let between: ((request: Request) => Response | undefined) | undefined
  const changes: { at: number; open: number }[] = []

  const produce: Producer = ({ append, id, signal }) => answers.get(id)?.run(append, signal) ?? Promise.resolve()
  const handle = streams.handler({ basePath: '/streams', authorize: 'public', produce })
  const server = serve({ fetch: handleRequest, port: 0, hostname: '127.0.0.1' })
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on('request', (request, response) => {
    const streamRequest = parseStreamRequest(new URL(request.url ?? '', origin))
    if (!streamRequest) return
    requests.push(streamRequest)
    if (streamRequest.what === 'stop') return
    reading.set(response as ServerResponse, streamRequest.id)
    changes.push({ at: performance.now(), open: reading.size })
    response.once('close', () => {
      reading.delete(response as ServerResponse)
      changes.push({ at: performance.now(), open: reading.size })
    })
  })

  async function handleRequest(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/streams/')) return between?.(request) ?? handle(request)
    if (pathname === '/page.js') return respond(script, 'text/javascript')
    if (pathname === '/elsewhere') return respond('<!doctype html><title>Elsewhere</title>', 'text/html')
    const page = '<!doctype html><link rel="icon" href="data:,"><title>Answers</title><body>'
    const caching = pathname === '/private' ? 'no-store' : 'no-cache'
    return respond(`${page}<script type="module" src="/page.js"></script>`, 'text/html', caching)
  }

  async function createAnswer() {
    const id = await streams.createStream()
    const writer = createWriter(id, 1 + answers.size)
    answers.set(id, writer)
    return writer.answer
  }

  return {
    page({ drive = [], follow = [], maxLive, isPrivate }) {
      const query = new URLSearchParams()
      for (const { id } of drive) query.append('drive', id)
      for (const { id } of follow) query.append('follow', id)
      if (maxLive) query.set('maxLive', String(maxLive))
      return `${origin}/${isPrivate ? 'private' : ''}?${query}`
    },
    elsewhere: `${origin}/elsewhere`,
    createAnswer,
    async beginAnswer() {
      const answer = await createAnswer()
      const driver = await streams.stream(new Request(`${origin}/streams/${answer.id}/drive`), answer.id, produce)
      await driver.body?.cancel()
      return answer
    },
    requests: ({ id }) => requests.filter((request) => request.id === id).map(({ what }) => what),
    stored: ({ id }) => streams.getStreamBody(id),
    get open() {
      return reading.size
    },
    crowdedMs(limit) {
      let longest = 0
      let since: number | undefined
      for (const { at, open } of [...changes, { at: performance.now(), open: 0 }]) {
        if (open > limit) since ??= at
        else if (since !== undefined) {
          longest = Math.max(longest, at - since)
          since = undefined
        }
      }
      return longest
    },
    stepBetween(respond) {
      between = respond
    },
    cut({ id }) {
      for (const [response, one] of reading) if (one === id) response.socket?.destroy()
    },
    async close() {
      for (const { answer } of answers.values()) answer.finish()
      await streams.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The stream of a request, and what the request is for. `undefined` for other requests. */
export function parseStreamRequest({ pathname, searchParams }: URL): { id: string; what: string } | undefined {
  const [, folder, id = '', action] = pathname.split('/')
  return folder === 'streams' ? { id, what: action ?? searchParams.get('offset') ?? '0' } : undefined
}

function respond(body: string, type: string, caching = 'no-cache'): Response {
  return new Response(body, { headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': caching } })
}
