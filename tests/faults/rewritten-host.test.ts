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

/** As many proxies do when nobody tells them otherwise: the server sees their own name for it as `Host`. */
async function startProxy(targetPort: number, passesHost: boolean): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const host = passesHost ? incoming.headers.host : `127.0.0.1:${targetPort}`
    const { method, url: path, headers } = incoming
    const upstream = request(
      { host: '127.0.0.1', port: targetPort, method, path, headers: { ...headers, host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    // Whoever leaves early is no failure of the proxy.
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

it('behind a proxy that rewrites Host on plain http, a drive is refused with a code and a cure, and goes on once it is cured', async () => {
  const server = await startMemoryServer(() => async (append) => append('Hello.'))
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
  const leave = stream.subscribe(() => {}, { driven: true })
  closing.push(async () => leave())

  await until(() => stream.$state.get().connection === 'closed')
  const { error, text } = stream.$state.get()
  expect([text, error]).toMatchObject(['', { code: 'forbidden', serverCode: 'cross-origin' }])
  expect(error?.message).toMatch(/allowedOrigins.*proxy.*Host/)
  // The name that the proxy has for the server is nobody's business.
  expect(error?.message).not.toContain(String(server.port))

  proxy = passing
  stream.retry()
  await until(() => stream.$state.get().status === 'done')
  expect(stream.$state.get()).toMatchObject({ text: 'Hello.', error: undefined })
})
