import { StreamsError } from '../../errors'
import { settleWithin } from '../../timing/settle-within'
import type { RedisHandle } from './handle'
import { ioredisLink } from './ioredis-link'
import { kindOf } from './kind-of'
import type { RedisLink } from './link'
import { nodeRedisLink } from './node-redis-link'

/** A connection of our own, ready to be used. It does not connect again by itself. */
export interface OpenedClient {
  readonly link: RedisLink
  /** Resolves once it is lost or closed. */
  readonly ended: Promise<void>
  /** Closes it once what is under way has its answer. */
  finish(): void
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

/**
 * Connects as a client does that was lent, to where its address leads now. `undefined` for a client of a cluster, which finds
 * its servers by itself.
 */
export function duplicating(lent: RedisHandle, timeoutMs: number): (() => Promise<OpenedClient>) | undefined {
  switch (kindOf(lent)) {
    case 'ioredis':
      return () => whenReady(ioredisClient((lent as IoredisClient).duplicate(ioredisOptions(timeoutMs))), timeoutMs)
    case 'node-redis': {
      const client = lent as NodeRedisClient
      const options = () => nodeRedisOptions(timeoutMs, client.options?.socket)
      return () => whenReady(nodeRedisClient(client.duplicate(options())), timeoutMs)
    }
    default:
      return undefined
  }
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
  try {
    // A server that is stopped still accepts connections: its system does. A client's own bound ends there.
    await settleWithin(timeoutMs, started.ready, () => new Error(`no answer within ${timeoutMs} ms`))
    return started
  } catch (error) {
    started.close()
    throw error
  }
}

interface Events {
  on(event: string, listener: (...args: unknown[]) => void): unknown
}

type IoredisClient = Events &
  Parameters<typeof ioredisLink>[0] & {
    connect(): Promise<unknown>
    quit(): Promise<unknown>
    disconnect(): void
    duplicate(overrides?: object): IoredisClient
  }

function startIoredis(imported: Record<string, unknown>, url: string, connectTimeout: number): StartedClient {
  const Redis = imported['Redis'] as new (url: string, options: object) => IoredisClient
  return ioredisClient(new Redis(url, ioredisOptions(connectTimeout)))
}

const ioredisOptions = (connectTimeout: number) => ({
  lazyConnect: true,
  connectTimeout,
  // Connecting again, and how much may wait for it, is the store's: a command is never sent twice, or later.
  retryStrategy: null,
  reconnectOnError: null,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
})

function ioredisClient(client: IoredisClient): StartedClient {
  let failure: unknown
  client.on('error', (error) => {
    failure = error
  })
  const ended = new Promise<void>((resolve) => void client.on('end', () => resolve()))
  // What it rejects with says only that the connection is closed; the reason was an event before.
  const ready = client.connect().catch((error: unknown) => {
    throw failure ?? error
  })
  return {
    link: ioredisLink(client),
    ready,
    ended,
    finish: () => void client.quit().catch(() => client.disconnect()),
    close: () => client.disconnect(),
  }
}

type NodeRedisClient = Events &
  Parameters<typeof nodeRedisLink>[0] & {
    connect(): Promise<unknown>
    close(): Promise<unknown>
    destroy(): void
    duplicate(overrides?: object): NodeRedisClient
    readonly isOpen: boolean
    readonly options?: { readonly socket?: object }
  }

function startNodeRedis(imported: Record<string, unknown>, url: string, connectTimeout: number): StartedClient {
  const createClient = imported['createClient'] as (options: object) => NodeRedisClient
  return nodeRedisClient(createClient({ url, ...nodeRedisOptions(connectTimeout) }))
}

const nodeRedisOptions = (connectTimeout: number, socket: object = {}) => ({
  disableOfflineQueue: true,
  socket: { ...socket, connectTimeout, reconnectStrategy: false },
})

function nodeRedisClient(client: NodeRedisClient): StartedClient {
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
    finish: () => void client.close().catch(() => undefined),
    close() {
      if (client.isOpen) client.destroy()
    },
  }
}
