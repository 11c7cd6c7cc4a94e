import { StreamServerError } from '../../../errors'
import { settleWithin } from '../../../timing/settle-within'
import type { RedisHandle } from './handle'
import { ioredisLink } from './ioredis-link'
import { kindOf } from './kind-of'
import type { RedisLink } from './link'
import { nodeRedisLink } from './node-redis-link'

/** A connection that the store opened, ready to use. It does not reconnect by itself. */
export interface OpenedClient {
  readonly link: RedisLink
  /** Resolves once it is lost or closed. */
  readonly ended: Promise<void>
  /** Closes it after the commands in flight. */
  finish(): void
  close(): void
}

/**
 * Connects with the first client that is installed: ioredis or node-redis.
 *
 * @param timeoutMs how long the attempt may take
 */
export async function openClient(url: string, timeoutMs: number, clients = knownClients): Promise<OpenedClient> {
  const missing: unknown[] = []
  for (const { module, start } of clients) {
    let imported: Record<string, unknown>
    try {
      imported = await import(/* @vite-ignore */ /* webpackIgnore: true */ module)
    } catch (error) {
      // Not installed. If no client is found, the error lists all.
      missing.push(error)
      continue
    }
    return whenReady(start(imported, url, timeoutMs), timeoutMs)
  }
  throw new StreamServerError(
    'store',
    'redisStore({ url }) found no Redis client. Install one (npm install ioredis, or redis), or pass a ' +
      'connected one: redisStore({ client }).',
    { cause: new AggregateError(missing, 'The clients that were tried') },
  )
}

/**
 * Connects with the options of the application's client, to the server that its address leads to now. `undefined` for a
 * cluster client, which finds its servers by itself.
 */
export function duplicating(client: RedisHandle, timeoutMs: number): (() => Promise<OpenedClient>) | undefined {
  switch (kindOf(client)) {
    case 'ioredis':
      return () => whenReady(ioredisClient((client as IoredisClient).duplicate(ioredisOptions(timeoutMs))), timeoutMs)
    case 'node-redis': {
      const nodeRedis = client as NodeRedisClient
      const options = () => nodeRedisOptions(timeoutMs, nodeRedis.options?.socket)
      return () => whenReady(nodeRedisClient(nodeRedis.duplicate(options())), timeoutMs)
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

// The names are data, so that no bundler tries to resolve clients that are not installed.
const knownClients: readonly RedisClientModule[] = [
  { module: 'ioredis', start: startIoredis },
  { module: 'redis', start: startNodeRedis },
]

async function whenReady(started: StartedClient, timeoutMs: number): Promise<OpenedClient> {
  try {
    // The system of a stopped server still accepts connections. The client's own time limit ends at that point.
    await settleWithin(timeoutMs, started.ready, () => new Error(`no response within ${timeoutMs} ms`))
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
  // The store reconnects and decides what may wait: the client never sends a command twice, or later.
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
  // The rejection only says that the connection is closed. The reason was an event before it.
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
