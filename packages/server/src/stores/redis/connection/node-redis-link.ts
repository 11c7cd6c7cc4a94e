import type { RedisHandle } from './handle'
import type { RedisLink, RedisSubscription } from './link'

/** The part of node-redis that a subscription uses, besides `RedisHandle`. */
interface NodeRedis {
  sendCommand(...args: unknown[]): Promise<unknown>
  duplicate(): NodeRedis
  on(event: string, listener: (...args: never[]) => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, onMessage: (message: string) => void): Promise<unknown>
  sSubscribe(channel: string, onMessage: (message: string) => void): Promise<unknown>
  destroy(): unknown
  readonly isOpen?: boolean
}

/** Responses are strings here, although the application may have configured other types. */
const plain = { typeMapping: {} }

export function nodeRedisLink(handle: RedisHandle): RedisLink {
  const client = handle as unknown as NodeRedis
  return {
    command: (_key, args) => client.sendCommand([...args], plain),
    publish: (channel, message) => client.sendCommand(['PUBLISH', channel, message], plain),
    subscribe: (channel, onMessage) => subscribe(client.duplicate(), (own) => own.subscribe(channel, onMessage)),
  }
}

export function nodeRedisClusterLink(handle: RedisHandle): RedisLink {
  const cluster = handle as unknown as NodeRedis
  return {
    command: (key, args) => cluster.sendCommand(key, false, [...args], plain),
    publish: (channel, message) => cluster.sendCommand(channel, false, ['SPUBLISH', channel, message], plain),
    subscribe: (channel, onMessage) => subscribe(cluster.duplicate(), (own) => own.sSubscribe(channel, onMessage)),
  }
}

function subscribe(own: NodeRedis, listen: (own: NodeRedis) => Promise<unknown>): RedisSubscription {
  const ended = new Promise<void>((resolve) => {
    // It reconnects by itself, unless it is configured not to. Notifications may be missed.
    own.on('error', () => {
      if (own.isOpen === false) resolve()
    })
    own.on('end', () => resolve())
  })
  return { ready: own.connect().then(() => listen(own)), ended, close: () => destroy(own) }
}

function destroy(own: NodeRedis): void {
  try {
    own.destroy()
  } catch {
    // It is already closed.
  }
}
