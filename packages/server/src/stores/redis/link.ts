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
