import { invalidOption } from '../store-options'
import type { RedisHandle } from './handle'
import { ioredisClusterLink, ioredisLink } from './ioredis-link'
import { nodeRedisClusterLink, nodeRedisLink } from './node-redis-link'

/** A way to talk to Redis, whatever client is behind it. */
export interface RedisLink {
  /** One command. In a cluster it goes to the server that has `key`. */
  command(key: string, args: readonly string[]): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  /** Over a connection of its own. */
  subscribe(channel: string, onMessage: (message: string) => void): RedisSubscription
}

export interface RedisSubscription {
  /** Resolves when it listens; rejects if it cannot. */
  readonly ready: Promise<unknown>
  /** Resolves when it has ended for good; what the client takes up again by itself has not. */
  readonly ended: Promise<void>
  /** Lets go of the connection, at any moment. */
  close(): void
}

/** Tells the client by its shape. */
export function linkOf(client: RedisHandle): RedisLink {
  const shape = client as unknown as Record<string, unknown>
  if (typeof client !== 'object' || client === null || typeof shape['duplicate'] !== 'function') throw unknownClient()
  if (typeof shape['call'] === 'function') {
    return typeof shape['nodes'] === 'function' ? ioredisClusterLink(client) : ioredisLink(client)
  }
  if (typeof shape['sendCommand'] !== 'function') throw unknownClient()
  return 'masters' in client ? nodeRedisClusterLink(client) : nodeRedisLink(client)
}

function unknownClient() {
  return invalidOption(
    'redisStore({ client }) must be a client of ioredis (Redis or Cluster) or of node-redis (createClient or ' +
      'createCluster).',
  )
}
