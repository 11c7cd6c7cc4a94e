import { createServer, type ServerResponse, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface BufferingProxy {
  readonly url: string
  /** The number of responses that are held back. */
  readonly held: number
  /** The requests so far, oldest first, each as method and path. */
  readonly requests: readonly string[]
  /** From now on, passes responses on as they arrive. Releases those that are held. */
  pass(): void
  close(): Promise<void>
}

/** A proxy that holds each response back, including its headers, until it has ended. */
export async function startBufferingProxy(targetPort: number): Promise<BufferingProxy> {
  const open = new Set<() => void>()
  const requests: string[] = []
  let isHolding = true

  const server = createServer((request, response) => {
    const { url, method, headers } = request
    requests.push(`${method} ${url}`)
    const upstream = sendRequest(
      { port: targetPort, host: '127.0.0.1', path: url, method, headers },
      (upstreamResponse) => {
        const parts: Buffer[] = []
        const release = () => {
          if (!open.delete(release)) return
          response.writeHead(upstreamResponse.statusCode ?? 500, upstreamResponse.headers)
          for (const part of parts) response.write(part)
        }
        open.add(release)
        if (!isHolding) release()
        upstreamResponse.on('data', (part) => (open.has(release) ? parts.push(part) : response.write(part)))
        upstreamResponse.on('end', () => {
          release()
          response.end()
        })
        upstreamResponse.on('error', () => response.destroy())
        response.on('close', () => open.delete(release))
      },
    )
    endUpstreamWith(response, upstream)
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

/** A client that disconnects early is no failure of the proxy. */
function endUpstreamWith(response: ServerResponse, upstream: { destroy(): void }) {
  response.on('close', () => upstream.destroy())
}
