import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createStreams, type HandlerOptions, type Streams } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { coreImports, serveCoreScript } from './core-scripts'

/** A request as the server received it. */
export interface SeenRequest {
  readonly method: string
  readonly verb: string
  readonly headers: Headers
}

export interface TwoOrigins {
  /** The address of a page under any host name. The page has `readStream`. */
  pageUrl(host: string): string
  /** The address of the streams under any host name. */
  streamsUrl(host: string): string
  readonly streams: Streams
  readonly seen: readonly SeenRequest[]
  close(): Promise<void>
}

/** The result of `readStream` in the page. */
export interface ReadInPage {
  readonly text: string
  readonly status: string
  readonly error?: string
  readonly message?: string
  readonly serverCode?: string
}

/**
 * Starts a server of streams and a server of pages on different ports: two origins under any host names that the
 * browser resolves to this machine. The server of pages passes `/streams` on to the other one and rewrites `Host`.
 */
export async function startTwoOrigins(
  options: (pageOrigin: (host: string) => string) => Partial<HandlerOptions>,
): Promise<TwoOrigins> {
  const seen: SeenRequest[] = []
  const streams = createStreams({ store: memoryStore(), drainMs: 0 })
  const pages = await listen(async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/') return new Response(page, { headers: { 'content-type': 'text/html' } })
    if (!pathname.startsWith('/streams/')) return serveCoreScript(pathname)
    const headers = new Headers(request.headers)
    headers.set('Host', `127.0.0.1:${portOf(api)}`)
    return handleRequest(new Request(request, { headers }))
  })
  const handle = streams.handler({
    basePath: '/streams',
    authorize: 'public',
    async produce({ append, signal }) {
      await append('A text of another origin.')
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    },
    ...options((host) => `http://${host}:${portOf(pages)}`),
  })
  const api = await listen((request) => handleRequest(request))

  function handleRequest(request: Request): Promise<Response> {
    const [, , , verb = ''] = new URL(request.url).pathname.split('/')
    seen.push({ method: request.method, verb, headers: new Headers(request.headers) })
    return handle(request)
  }

  return {
    pageUrl: (host) => `http://${host}:${portOf(pages)}/`,
    streamsUrl: (host) => `http://${host}:${portOf(api)}/streams`,
    streams,
    seen,
    async close() {
      await streams.close()
      for (const server of [pages, api]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

async function listen(handler: (request: Request) => Promise<Response>): Promise<Server> {
  const server = createServer(getRequestListener(handler))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

const page = `<!doctype html>
<title>An app</title>
${coreImports}
<script type="module">
  import { createStreamClient, keepstream } from '@keepstream/core'

  /** Drives a stream, follows it with another client, and stops it. Or returns the first error. */
  globalThis.readStream = async (id, options) => {
    const [driver, follower] = [0, 1].map(() => createStreamClient(keepstream(options)).stream(id))
    const causeOf = ({ error, retrying }) => error ?? retrying?.error
    const resultOf = ({ text, status }, error) =>
      ({ text, status, error: error?.code, message: error?.message, serverCode: error?.serverCode })
    const until = (stream, driven, condition) =>
      new Promise((resolve) => stream.subscribe((state) => (causeOf(state) || condition(state)) && resolve(state), { start: driven }))
    const driven = await until(driver, true, ({ text }) => text.endsWith('origin.'))
    if (causeOf(driven)) return resultOf(driven, causeOf(driven))
    const followed = await until(follower, false, ({ text }) => text.endsWith('origin.'))
    if (causeOf(followed)) return resultOf(followed, causeOf(followed))
    await driver.stop()
    return resultOf(await until(follower, false, ({ status }) => status === 'stopped'))
  }
</script>
`
