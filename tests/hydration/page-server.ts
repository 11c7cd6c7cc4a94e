import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { createStreamClient, keepstream } from '@keepstream/core'
import { createStreams, memoryStore, type Producer } from '@keepstream/server'
import type { PageData, ServerModule } from '../bindings/ssr/pages/page-types'

export interface PageServer {
  /** Returns the address of a page that is rendered with `data`. `browserData` overrides it in the browser. */
  publish(data: PageData, browserData?: PageData): string
  /** Creates a stream that is not driven yet. */
  createStream(): Promise<string>
  /** Starts a stream whose producer is running and has stored `text`. */
  beginStream(text: string): Promise<string>
  write(id: string, text: string): Promise<void>
  finish(id: string): Promise<void>
  /** Every request for streams so far: `GET a 4` reads a from offset 4. */
  requests(): string[]
  close(): Promise<void>
}

/** Starts a server like an application's. A test controls its pages and the text of its streams. */
export async function startPageServer({ renderPage, head }: ServerModule, browserDir: string): Promise<PageServer> {
  const streams = createStreams({ store: memoryStore() })
  const client = createStreamClient(keepstream({ url: '/streams' }))
  const pages = new Map<string, { data: PageData; browserData: PageData | undefined }>()
  const writers = new Map<string, { append: (text: string) => Promise<void>; end: () => void }>()
  const requests: string[] = []

  const produce: Producer = ({ append, id }) => new Promise((end) => void writers.set(id, { append, end }))
  const handle = streams.handler({ basePath: '/streams', authorize: 'public', produce })
  const server = serve({ fetch: handleRequest, port: 0, hostname: '127.0.0.1' })
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function handleRequest(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const [, folder, name = ''] = pathname.split('/')
    if (folder === 'streams') {
      requests.push([request.method, name, searchParams.get('offset')].filter((part) => part !== null).join(' '))
      return handle(request)
    }
    if (folder === 'pages') return respond(await renderDocument(name), 'text/html')
    if (folder === 'browser.js')
      return respond(await readFile(join(browserDir, 'browser.js'), 'utf8'), 'text/javascript')
    return respond('', 'text/plain')
  }

  async function renderDocument(name: string): Promise<string> {
    const { data, browserData } = pages.get(name) ?? { data: {} }
    const note = (_: unknown, { text }: { text: string }) => text
    const body = await renderPage({ ...data, client, note, arrival: Promise.resolve() })
    const json = JSON.stringify({ data, browserData }).replaceAll('<', '\\u003c')
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>A page</title>
      ${head}</head><body>${body}<script id="data" type="application/json">${json}</script>
      <script type="module" src="/browser.js"></script></body></html>`
  }

  /** Resolves once the text is stored, since pages are rendered from the store. */
  async function write(id: string, text: string) {
    const before = (await streams.getStreamBody(id)).text
    await writers.get(id)?.append(text)
    await until(async () => (await streams.getStreamBody(id)).text === before + text)
  }

  return {
    publish(data, browserData) {
      const name = String(pages.size)
      pages.set(name, { data, browserData })
      return `${origin}/pages/${name}`
    },
    createStream: () => streams.createStream(),
    async beginStream(text) {
      const id = await streams.createStream()
      const response = await streams.stream(new Request(`${origin}/streams/${id}/drive`), id, produce)
      await response.body?.cancel()
      await until(() => writers.has(id))
      await write(id, text)
      return id
    },
    write,
    async finish(id) {
      writers.get(id)?.end()
      await until(async () => (await streams.getStreamBody(id)).status === 'done')
    },
    requests: () => [...requests],
    async close() {
      for (const { end } of writers.values()) end()
      await streams.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function respond(body: string, type: string): Response {
  return new Response(body, { headers: { 'content-type': `${type}; charset=utf-8` } })
}

async function until(condition: () => boolean | Promise<boolean>) {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not hold within 10 s')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
