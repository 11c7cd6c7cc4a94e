import { request as ask, createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface BufferingProxy {
  readonly url: string
  /** Requests whose answer is held back at the moment. */
  readonly held: number
  /** Each request that came in, oldest first: its method and path. */
  readonly requests: readonly string[]
  /** From now on answers pass as they come, those that are held among them. */
  pass(): void
  close(): Promise<void>
}

/** Stands between client and server, and holds each answer back, headers among it, until it has ended. */
export async function startBufferingProxy(targetPort: number): Promise<BufferingProxy> {
  const open = new Set<() => void>()
  const requests: string[] = []
  let isHolding = true

  const server = createServer((request, response) => {
    const { url, method, headers } = request
    requests.push(`${method} ${url}`)
    const upstream = ask({ port: targetPort, host: '127.0.0.1', path: url, method, headers }, (answer) => {
      const parts: Buffer[] = []
      const release = () => {
        if (!open.delete(release)) return
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        for (const part of parts) response.write(part)
      }
      open.add(release)
      if (!isHolding) release()
      answer.on('data', (part) => (open.has(release) ? parts.push(part) : response.write(part)))
      answer.on('end', () => {
        release()
        response.end()
      })
      answer.on('error', () => response.destroy())
      response.on('close', () => open.delete(release))
    })
    forget(response, upstream)
    upstream.on('error', () => response.destroy())
    request.pipe(upstream)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/streams`,
    get held() {
      return open.size
    },
    requests,
    pass() {
      isHolding = false
      for (const release of [...open]) release()
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Whoever leaves early is no failure of the proxy. */
function forget(response: ServerResponse, upstream: { destroy(): void }) {
  response.on('close', () => upstream.destroy())
}
