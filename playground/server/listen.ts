import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'

export interface ListenOptions {
  /** 0 chooses a free port. */
  readonly port: number
  readonly host: string
}

export interface Listener {
  readonly port: number
  /** Accepts no new connections, waits for `drain`, then ends the connections that are left. */
  close(drain: () => Promise<void>): Promise<void>
}

type Fetch = (request: Request) => Response | Promise<Response>

/** How long complete responses may take to reach their readers, in milliseconds. */
const lingerMs = 2_000

/** Serves `fetch` over HTTP. If it cannot use the port, the error says what to do. */
export async function listen(fetch: Fetch, { port, host }: ListenOptions): Promise<Listener> {
  const server = createAdaptorServer({ fetch }) as Server
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port, host)))
    server.listen(port, host, resolve)
  })

  return {
    port: (server.address() as AddressInfo).port,
    async close(drain) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      try {
        await drain()
      } finally {
        server.closeIdleConnections()
        const timer = setTimeout(() => server.closeAllConnections(), lingerMs)
        await closed
        clearTimeout(timer)
      }
    },
  }
}

function explain(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new Error(`The playground cannot use port ${port}: it is taken. Choose another: PORT=${port + 1} npm start`)
  }
  if (error.code === 'EACCES') {
    return new Error(`The playground may not use port ${port}. Choose one above 1023: PORT=5173 npm start`)
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new Error(
      `The playground cannot listen on HOST=${host}. Set it to an address of this machine, or leave it out.`,
    )
  }
  return error
}
