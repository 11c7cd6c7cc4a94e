import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createStreams, type Producer } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { Hono } from 'hono'

export interface ChatServer {
  readonly url: string
  /** The requests so far, each as method and path. */
  readonly requests: readonly string[]
  /** How often a producer was started. */
  readonly runs: number
  /** The producer of the next answers. */
  produce: Producer
  /** While it is set, no request is authorized. */
  isForbidden: boolean
  close(): Promise<void>
}

/** Starts the server from the README on a real socket. */
export async function serveChats(): Promise<ChatServer> {
  const requests: string[] = []
  let runs = 0
  const streams = createStreams({ store: memoryStore(), onError: () => {} })
  const app = new Hono()
  app.use(async (c, next) => {
    requests.push(`${c.req.method} ${c.req.path}`)
    await next()
  })
  app.post('/chats', async (c) => {
    const { prompt } = await c.req.json<{ prompt: string }>()
    return c.json({ streamId: await streams.createStream({ meta: { prompt } }) }, 201)
  })
  const handle = streams.handler({
    basePath: '/streams',
    authorize: () => !chats.isForbidden,
    produce: (context) => {
      runs += 1
      return chats.produce(context)
    },
  })
  app.all('/streams/*', (c) => handle(c.req.raw))
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', () => resolve()))

  const chats: ChatServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get runs() {
      return runs
    },
    produce: async () => {},
    isForbidden: false,
    async close() {
      await streams.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return chats
}
