import { duration, number, text } from '../options/check-options'
import type { StreamStore } from '../store/stream-store'
import { createClaims } from './redis/claims'
import { createCallRedis } from './redis/connection/call-redis'
import type { RedisHandle } from './redis/connection/handle'
import { linkOf } from './redis/connection/link-of'
import { lentSource, ownSource } from './redis/connection/link-source'
import { duplicating, openClient } from './redis/connection/open-client'
import { keepClaims } from './redis/keep-claims'
import { notificationChannel } from './redis/keys'
import { redisTable } from './redis/redis-table'
import { sharedNotifier } from './redis/shared-notifier'
import { optimisticStore } from './shared/optimistic-store'
import { storeOptions } from './shared/store-options'

export type { IoredisHandle, NodeRedisClusterHandle, NodeRedisHandle, RedisHandle } from './redis/connection/handle'

interface RedisStoreSettings {
  /**
   * The prefix of every key. Stores with the same prefix on the same Redis are one store. It must have no braces: in a cluster
   * they would change the hash tag. @default 'keepstream'
   */
  readonly prefix?: string
  /** How long a stream may stay `pending` before it may be expired, in milliseconds. @default 1_200_000 (20 minutes) */
  readonly pendingMs?: number
  /** How long an act waits for Redis before it rejects, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number
  /**
   * How long after its end a stream is deleted by itself, with its text, in milliseconds. A stream that never ended stays, for
   * `sweep`. @default a stream stays until it is deleted or swept
   */
  readonly expireMs?: number
  /** The store's clock, in milliseconds since 1970. All processes must use the same. @default `TIME` of the server */
  readonly now?: () => number
}

export interface RedisUrlOptions extends RedisStoreSettings {
  /**
   * One Redis server: `redis://…`, or `rediss://…` for TLS. The first act connects, with ioredis or node-redis (`redis`). If
   * the connection is lost, the next act connects again.
   */
  readonly url: string
  readonly client?: never
}

export interface RedisClientOptions extends RedisStoreSettings {
  /**
   * A client of ioredis (`Redis` or `Cluster`) or of node-redis (`createClient()` or `createCluster()`, connected). You own it:
   * `dispose` does not close it, and your settings decide how it reconnects. A duplicate of it receives change notifications.
   */
  readonly client: RedisHandle
  readonly url?: never
}

export type RedisStoreOptions = RedisUrlOptions | RedisClientOptions

/**
 * A {@link StreamStore} in Redis 7, for any number of processes on any number of machines. With a cluster client, it also
 * works in a cluster.
 *
 * How durable an acknowledged act is depends on the settings of Redis. With `appendonly yes` it survives the death of the
 * Redis process, and within `appendfsync` that of the machine. A failover may lose what was not yet replicated. While its run
 * lives, the lost text is written again from memory. `maxmemory-policy` must be `noeviction`. Deleted text leaves the memory
 * at once, and an append-only file when Redis rewrites it next.
 */
export function redisStore(options: RedisStoreOptions): StreamStore {
  const places = { url: 'of a server', client: 'of ioredis or node-redis' }
  const { prefix = 'keepstream', ...settings } = storeOptions('redisStore', options, places, {
    prefix: text(/^[^{}]+$/, 'pass a text without braces'),
    timeoutMs: duration(5_000, 1),
    expireMs: number(Infinity, 1),
  })
  const { pendingMs, timeoutMs, expireMs, now } = settings
  const { url, client } = options
  const source =
    client === undefined
      ? ownSource(() => openClient(url, timeoutMs))
      : lentSource(linkOf(client), duplicating(client, timeoutMs))
  const claims = createClaims()
  const table = redisTable({
    call: createCallRedis(source, timeoutMs),
    prefix,
    pendingMs,
    now,
    expireMs: expireMs === Infinity ? undefined : Math.ceil(expireMs),
    claims,
  })
  const notifier = sharedNotifier(source, notificationChannel(prefix))
  const store = optimisticStore({ name: 'redisStore', table, notifier, close: async () => source.close() })
  return keepClaims(store, claims, table.birthOf)
}
