import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createStreams, type HandlerOptions, type Streams } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { coreImports, serveCoreScript } from './core-scripts'

/** A request as the server sees it. */
export interface SeenRequest {
  readonly method: string
  readonly verb: string
  readonly headers: Headers
}

export interface TwoOrigins {
  /** A page under any name, with `readStream` in it; `openBehindProxy`'s streams are of its own origin. */
  pageUrl(host: string): string
  /** The streams under any name. */
  streamsUrl(host: string): string
  readonly streams: Streams
  readonly seen: readonly SeenRequest[]
  close(): Promise<void>
}

/** What `readStream` in the page tells in the end. */
export interface ReadInPage {
  readonly text: string
  readonly status: string
  readonly error?: string
  readonly message?: string
  readonly serverCode?: string
}

/**
 * A server of streams, and another of pages, on ports of their own: two origins under whatever names the browser is told to
 * find here. The one of pages passes `/streams` on to the other, with `Host` rewritten.
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
    return answer(new Request(request, { headers }))
  })
  const handle = streams.handler({
    basePath: '/streams',
    authorize: 'public',
    produce:
      () =>
      async (append, { signal }) => {
        await append('A text of another origin.')
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    ...options((host) => `http://${host}:${portOf(pages)}`),
  })
  const api = await listen((request) => answer(request))

  function answer(request: Request): Promise<Response> {
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

async function listen(answer: (request: Request) => Promise<Response>): Promise<Server> {
  const server = createServer(getRequestListener(answer))
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

  /** Drives a stream, has another client follow it, and stops it; or tells the first error. */
  globalThis.readStream = async (id, options) => {
    const [driver, follower] = [0, 1].map(() => createStreamClient(keepstream(options)).stream(id))
    const tell = ({ text, status, error }) =>
      ({ text, status, error: error?.code, message: error?.message, serverCode: error?.serverCode })
    const until = (stream, driven, isSo) =>
      new Promise((resolve) => stream.subscribe((state) => (state.error || isSo(state)) && resolve(state), { driven }))
    const driven = await until(driver, true, ({ text }) => text.endsWith('origin.'))
    if (driven.error) return tell(driven)
    const followed = await until(follower, false, ({ text }) => text.endsWith('origin.'))
    if (followed.error) return tell(followed)
    await driver.stop()
    return tell(await until(follower, false, ({ status }) => status === 'stopped'))
  }
</script>
`
