import { StreamsError } from '../../errors'
import { ioredisLink } from './ioredis-link'
import type { RedisLink } from './link'
import { nodeRedisLink } from './node-redis-link'

/** A connection of our own, ready to be used. It does not connect again by itself. */
export interface OpenedClient {
  readonly link: RedisLink
  /** Resolves once it is lost or closed. */
  readonly ended: Promise<void>
  close(): void
}

/**
 * Connects with the first client that is installed: ioredis or node-redis.
 *
 * @param timeoutMs after which the attempt is given up
 */
export async function openClient(url: string, timeoutMs: number, clients = clientsHere): Promise<OpenedClient> {
  const missing: unknown[] = []
  for (const { module, start } of clients) {
    let imported: Record<string, unknown>
    try {
      imported = await import(/* @vite-ignore */ /* webpackIgnore: true */ module)
    } catch (error) {
      // Not installed: the next one may be. All are told of if none is.
      missing.push(error)
      continue
    }
    return whenReady(start(imported, url, timeoutMs), timeoutMs)
  }
  throw new StreamsError(
    'store',
    'redisStore({ url }) found no Redis client. Install one (npm install ioredis, or redis), or pass one that is ' +
      'connected: redisStore({ client }).',
    { cause: new AggregateError(missing, 'What was tried') },
  )
}

interface StartedClient extends OpenedClient {
  readonly ready: Promise<unknown>
}

export interface RedisClientModule {
  readonly module: string
  start(imported: Record<string, unknown>, url: string, timeoutMs: number): StartedClient
}

// Named as data, so that no bundler tries to resolve clients that are not there.
const clientsHere: readonly RedisClientModule[] = [
  { module: 'ioredis', start: startIoredis },
  { module: 'redis', start: startNodeRedis },
]

async function whenReady(started: StartedClient, timeoutMs: number): Promise<OpenedClient> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      started.ready.then(() => resolve(), reject)
      // A server that is stopped still accepts connections: its system does. A client's own bound ends there.
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    })
    return started
  } catch (error) {
    started.close()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

interface Events {
  on(event: string, listener: (...args: unknown[]) => void): unknown
}

type IoredisClient = Events & Parameters<typeof ioredisLink>[0] & { connect(): Promise<unknown>; disconnect(): void }

function startIoredis(imported: Record<string, unknown>, url: string, connectTimeout: number): StartedClient {
  const Redis = imported['Redis'] as new (url: string, options: object) => IoredisClient
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout,
    // Connecting again, and how much may wait for it, is the store's: a command is never sent twice, or later.
    retryStrategy: null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  })
  let failure: unknown
  client.on('error', (error) => {
    failure = error
  })
  const ended = new Promise<void>((resolve) => void client.on('end', () => resolve()))
  // What it rejects with says only that the connection is closed; the reason was an event before.
  const ready = client.connect().catch((error: unknown) => {
    throw failure ?? error
  })
  return { link: ioredisLink(client), ready, ended, close: () => client.disconnect() }
}

type NodeRedisClient = Events &
  Parameters<typeof nodeRedisLink>[0] & { connect(): Promise<unknown>; destroy(): void; readonly isOpen: boolean }

function startNodeRedis(imported: Record<string, unknown>, url: string, connectTimeout: number): StartedClient {
  const createClient = imported['createClient'] as (options: object) => NodeRedisClient
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout, reconnectStrategy: false },
  })
  const ended = new Promise<void>((resolve) => {
    client.on('error', () => {
      if (!client.isOpen) resolve()
    })
    client.on('end', () => resolve())
  })
  return {
    link: nodeRedisLink(client),
    ready: client.connect(),
    ended,
    close() {
      if (client.isOpen) client.destroy()
    },
  }
}
