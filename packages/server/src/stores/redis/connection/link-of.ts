import { invalid } from '../../../options/check-options'
import type { RedisHandle } from './handle'
import { ioredisClusterLink, ioredisLink } from './ioredis-link'
import { kindOf } from './kind-of'
import type { RedisLink } from './link'
import { nodeRedisClusterLink, nodeRedisLink } from './node-redis-link'

export function linkOf(client: RedisHandle): RedisLink {
  switch (kindOf(client)) {
    case 'ioredis':
      return ioredisLink(client)
    case 'ioredis-cluster':
      return ioredisClusterLink(client)
    case 'node-redis':
      return nodeRedisLink(client)
    case 'node-redis-cluster':
      return nodeRedisClusterLink(client)
    case undefined:
      return invalid(
        'redisStore.client',
        'pass a client of ioredis (Redis or Cluster) or of node-redis (createClient or createCluster)',
      )
  }
}
