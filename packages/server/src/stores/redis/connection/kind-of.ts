import type { RedisHandle } from './handle'

export type RedisKind = 'ioredis' | 'ioredis-cluster' | 'node-redis' | 'node-redis-cluster'

/** Recognises a client by its methods. `undefined` if it is not a supported client. */
export function kindOf(client: RedisHandle): RedisKind | undefined {
  const shape = client as unknown as Record<string, unknown>
  if (typeof client !== 'object' || client === null || typeof shape['duplicate'] !== 'function') return undefined
  if (typeof shape['call'] === 'function') return typeof shape['nodes'] === 'function' ? 'ioredis-cluster' : 'ioredis'
  if (typeof shape['sendCommand'] !== 'function') return undefined
  return 'masters' in client ? 'node-redis-cluster' : 'node-redis'
}
