import type { RedisHandle } from './handle'
import type { RedisLink, RedisSubscription } from './link'

/** The part of ioredis that a subscription uses, besides `RedisHandle`. */
interface Ioredis {
  call(command: string, ...args: string[]): Promise<unknown>
  duplicate(...overrides: unknown[]): Ioredis
  on(event: string, listener: (...args: never[]) => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
  ssubscribe(channel: string): Promise<unknown>
  disconnect(): void
}

export function ioredisLink(handle: RedisHandle): RedisLink {
  const client = handle as unknown as Ioredis
  return {
    command: (_key, [name = '', ...args]) => client.call(name, ...args),
    publish: (channel, message) => client.call('PUBLISH', channel, message),
    subscribe: (channel, onMessage) =>
      subscribe(client.duplicate({ lazyConnect: true }), (own) => {
        own.on('message', (_channel: string, message: string) => onMessage(message))
        return own.subscribe(channel)
      }),
  }
}

export function ioredisClusterLink(handle: RedisHandle): RedisLink {
  const cluster = handle as unknown as Ioredis
  return {
    // The cluster finds the keys of a command by itself.
    command: (_key, [name = '', ...args]) => cluster.call(name, ...args),
    publish: (channel, message) => cluster.call('SPUBLISH', channel, message),
    subscribe: (channel, onMessage) =>
      subscribe(cluster.duplicate([], { lazyConnect: true, shardedSubscribers: true }), (own) => {
        own.on('smessage', (_channel: string, message: string) => onMessage(message))
        return own.ssubscribe(channel)
      }),
  }
}

function subscribe(own: Ioredis, listen: (own: Ioredis) => Promise<unknown>): RedisSubscription {
  // Without a listener, ioredis prints errors. It reconnects by itself, and notifications may be missed.
  own.on('error', () => {})
  const ended = new Promise<void>((resolve) => void own.on('end', () => resolve()))
  return { ready: own.connect().then(() => listen(own)), ended, close: () => own.disconnect() }
}
