import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createStreamClient, keepstream } from '@keepstream/core'
import { afterEach, expect, it } from 'vitest'
import { startMemoryServer } from '../support/memory-server'
import { until } from '../support/until'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Starts a proxy that rewrites `Host` to its own name for the server, as many proxies do by default. */
async function startProxy(targetPort: number, passesHost: boolean): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const host = passesHost ? incoming.headers.host : `127.0.0.1:${targetPort}`
    const { method, url: path, headers } = incoming
    const upstream = request(
      { host: '127.0.0.1', port: targetPort, method, path, headers: { ...headers, host } },
      (upstreamResponse) => {
        outgoing.writeHead(upstreamResponse.statusCode ?? 502, upstreamResponse.headers)
        upstreamResponse.pipe(outgoing)
      },
    )
    // A client that disconnects early is no failure of the proxy.
    upstream.on('error', () => outgoing.destroy())
    outgoing.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('a drive behind a proxy that rewrites Host on plain http fails with a code and a fix, and continues once fixed', async () => {
  const server = await startMemoryServer(async ({ append }) => append('Hello.'))
  closing.push(() => server.close())
  const rewriting = await startProxy(server.port, false)
  const passing = await startProxy(server.port, true)
  const id = await server.streams.createStream()
  let proxy = rewriting
  const sources = keepstream({
    url: 'http://server.test/streams',
    // What a browser sends with a POST on plain http: `Origin`, and no `Sec-Fetch-Site`.
    headers: () => ({ origin: proxy }),
    fetch: (url, init) => fetch(url.replace('http://server.test', proxy), init),
  })
  const stream = createStreamClient(sources).stream(id)
  const leave = stream.subscribe(() => {}, { start: true })
  closing.push(async () => leave())

  await until(() => stream.$state.get().connection === 'failed')
  const { error, text } = stream.$state.get()
  expect([text, error]).toMatchObject(['', { code: 'forbidden', serverCode: 'cross-origin' }])
  expect(error?.message).toMatch(/allowedOrigins.*proxy.*Host/)
  // The message does not reveal the proxy's internal name for the server.
  expect(error?.message).not.toContain(String(server.port))

  proxy = passing
  stream.retry()
  await until(() => stream.$state.get().status === 'done')
  expect(stream.$state.get()).toMatchObject({ text: 'Hello.', retrying: undefined })
})
