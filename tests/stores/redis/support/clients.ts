import type { RedisHandle } from '@keepstream/server/redis'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'

export interface ConnectedClient {
  readonly client: RedisHandle
  close(): void
}

/** Each client that the store supports, connected to a server as in an application. */
export const clients = {
  ioredis: async (url: string) => ioredisClient(new Redis(url)),
  'node-redis': async (url: string) => nodeRedisClient(createClient({ url })),
}

/** The same for a cluster. */
export const clusterClients = {
  'ioredis Cluster': async (url: string) => ioredisClient(new Cluster([url])),
  'node-redis cluster': async (url: string) => nodeRedisClient(createCluster({ rootNodes: [{ url }] })),
}

function ioredisClient(client: Redis | Cluster): ConnectedClient {
  // Tests that stop their server ignore what the client prints.
  client.on('error', () => {})
  return { client, close: () => client.disconnect() }
}

async function nodeRedisClient(
  client: RedisHandle & { on(event: 'error', listener: () => void): unknown; connect(): unknown; destroy(): unknown },
): Promise<ConnectedClient> {
  client.on('error', () => {})
  await client.connect()
  return { client, close: () => void client.destroy() }
}
