import { invalidOption } from '../store-options'
import type { RedisHandle } from './handle'
import { ioredisClusterLink, ioredisLink } from './ioredis-link'
import type { RedisLink } from './link'
import { nodeRedisClusterLink, nodeRedisLink } from './node-redis-link'

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
