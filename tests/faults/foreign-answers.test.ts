import { createServer, type ServerResponse, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answerPieces, answerText } from '../support/answer-text.mjs'
import { createClient } from '../support/create-client'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'
import { watchStream } from '../support/watch-stream'

const chunkCount = 60

let server: MemoryServer
let proxyUrl: string
/** The proxy's own response while it has no backend. */
let page: { readonly status: number; left: number } | undefined
const open = new Set<ServerResponse>()

const proxy = createServer((request, response) => {
  if (page && page.left-- > 0) {
    response.writeHead(page.status, { 'content-type': 'text/html' }).end('<h1>The site is being deployed</h1>')
    return
  }
  open.add(response)
  const { url, method, headers } = request
  const upstream = sendRequest(
    { port: server.port, host: '127.0.0.1', path: url, method, headers },
    (backendResponse) => {
      response.writeHead(backendResponse.statusCode ?? 500, backendResponse.headers)
      backendResponse.pipe(response)
    },
  )
  upstream.on('error', () => response.destroy())
  response.on('close', () => {
    open.delete(response)
    upstream.destroy()
  })
  request.pipe(upstream)
})

beforeAll(async () => {
  server = await startMemoryServer(async ({ append, meta }) => {
    for (const chunk of answerPieces(meta as number, chunkCount)) {
      await append(chunk)
      await new Promise((resolve) => setTimeout(resolve, 8))
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/streams`
})

afterAll(async () => {
  proxy.closeAllConnections()
  await new Promise((resolve) => proxy.close(resolve))
  await server.close()
})

it.each([404, 403, 401, 410])('a proxy’s own %d pages during a deploy mid-answer end no session', async (status) => {
  const truth = answerText(status, chunkCount)
  const id = await server.streams.createStream({ meta: status })
  const stream = createClient(proxyUrl, 'sse').stream(id)
  const watch = watchStream(stream, truth)
  const codes = new Set<string>()
  const unlisten = stream.$state.listen(({ error, retrying }) => {
    for (const cause of [error, retrying?.error]) if (cause) codes.add(cause.code)
  })
  let isCut = false
  const uncut = stream.onText(() => {
    if (isCut) return
    isCut = true
    page = { status, left: 5 }
    for (const response of open) response.destroy()
  })
  const detach = stream.attach({ start: true })
  const { text, status: end } = await watch.finished
  for (const dispose of [detach, unlisten, uncut, watch.stop]) dispose()
  expect([text, end]).toEqual([truth, 'done'])
  expect(watch.violations).toEqual([])
  expect(page?.left).toBeLessThanOrEqual(0)
  expect([...codes]).toContain('server')
})
