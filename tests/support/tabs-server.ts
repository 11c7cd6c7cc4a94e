import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createStreams } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { coreImports, serveCoreScript } from './core-scripts'

/** A server with a page that follows one stream together with the other tabs of its browser. */
export interface TabsServer {
  /** The address of the page, for this tab. */
  pageUrl(tab: string): string
  /** An empty page of the same origin. */
  readonly elsewhereUrl: string
  /** The tab of each open connection. */
  readonly open: readonly string[]
  /** All connections so far, and the offset at which each began. */
  readonly connections: readonly { readonly tab: string; readonly offset: number }[]
  readonly text: string
  append(text: string): void
  finish(): void
  close(): Promise<void>
}

export async function startTabsServer(): Promise<TabsServer> {
  const open = new Set<{ tab: string }>()
  const connections: { tab: string; offset: number }[] = []
  let text = ''
  let send: (text: string | undefined) => void = () => {}

  const streams = createStreams({ store: memoryStore() })
  const handle = streams.handler({
    basePath: '/streams',
    authorize: 'public',
    produce: ({ append }) =>
      new Promise<void>((resolve) => {
        send = (text) => (text === undefined ? resolve() : void append(text))
      }),
  })
  const server = serve({ fetch: handleRequest, port: 0, hostname: '127.0.0.1' })
  server.on('request', ({ method, url = '', headers }: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    if (method !== 'GET' || !pathname.startsWith('/streams/')) return
    const one = { tab: String(headers['x-tab']) }
    open.add(one)
    connections.push({ ...one, offset: Number(searchParams.get('offset')) })
    response.on('close', () => open.delete(one))
  })
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const id = await streams.createStream()
  const drive = await fetch(`${origin}/streams/${id}/drive`, { method: 'POST' })
  await drive.body?.cancel()

  async function handleRequest(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/streams/')) return handle(request)
    if (pathname === '/tab') return new Response(page, { headers: { 'content-type': 'text/html' } })
    if (pathname === '/elsewhere') return new Response('elsewhere', { headers: { 'content-type': 'text/html' } })
    return serveCoreScript(pathname)
  }

  return {
    pageUrl: (tab) => `${origin}/tab?${new URLSearchParams({ id, tab })}`,
    elsewhereUrl: `${origin}/elsewhere`,
    get open() {
      return [...open].map(({ tab }) => tab)
    },
    connections,
    get text() {
      return text
    },
    append(added) {
      text += added
      send(added)
    },
    finish: () => send(undefined),
    async close() {
      send(undefined)
      await streams.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const page = `<!doctype html>
<title>A tab</title>
${coreImports}
<script type="module">
  import { createStreamClient, keepstream } from '@keepstream/core'
  import { shareTabs } from '@keepstream/core/tabs'

  const query = new URLSearchParams(location.search)
  const sources = keepstream({ url: '/streams', headers: { 'x-tab': query.get('tab') } })
  const client = createStreamClient(shareTabs(sources, { name: 'a user' }))
  const stream = client.stream(query.get('id'))
  const violations = []
  let before = ''
  const tab = { stream, violations, restored: 0, state: undefined }
  tab.detach = stream.subscribe((state) => {
    tab.state = state
    if (!state.text.startsWith(before)) violations.push(before.length + ' became ' + state.text.length)
    before = state.text
  })
  addEventListener('pageshow', ({ persisted }) => persisted && tab.restored++)
  globalThis.tab = tab
</script>
`
