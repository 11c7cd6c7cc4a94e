import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createStreams, type DriveContext, type Producer, type StreamStore } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'

export interface MemoryServer {
  readonly port: number
  readonly url: string
  readonly streams: ReturnType<typeof createStreams>
  close(): Promise<void>
}

/** Starts a server in this process on a real socket. */
export async function startMemoryServer(
  produce: Producer<DriveContext>,
  options: Omit<Parameters<typeof createStreams>[0], 'store'> = {},
  wrapStore: (store: StreamStore) => StreamStore = (store) => store,
): Promise<MemoryServer> {
  const streams = createStreams({ store: wrapStore(memoryStore()), ...options })
  const handle = streams.handler({ basePath: '/streams', authorize: 'public', produce, create: () => ({}) })
  const server = serve({ fetch: (request) => handle(request), port: 0, hostname: '127.0.0.1' })
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/streams`,
    streams,
    async close() {
      await streams.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
