/** A connection to Redis, through any client. */
export interface RedisLink {
  /** Sends one command. In a cluster it goes to the server that has `key`. */
  command(key: string, args: readonly string[]): Promise<unknown>
  publish(channel: string, message: string): Promise<unknown>
  /** Subscribes over a separate connection. */
  subscribe(channel: string, onMessage: (message: string) => void): RedisSubscription
}

export interface RedisSubscription {
  /** Resolves when it is subscribed. Rejects if that fails. */
  readonly ready: Promise<unknown>
  /** Resolves when it has ended for good. A connection that the client opens again by itself has not ended. */
  readonly ended: Promise<void>
  /** Closes the connection. It may be called at any time. */
  close(): void
}
