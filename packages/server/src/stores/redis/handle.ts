/** What is used of ioredis' `Redis` and `Cluster`. */
export interface IoredisHandle {
  call(command: string, ...args: string[]): Promise<unknown>
  /** For hints, which need a connection of their own. */
  duplicate(): unknown
}

/** What is used of a client of node-redis: `createClient()`, once it is connected. */
export interface NodeRedisHandle {
  sendCommand(args: string[]): Promise<unknown>
  /** For hints, which need a connection of their own. */
  duplicate(): unknown
}

/** What is used of a cluster of node-redis: `createCluster()`, once it is connected. */
export interface NodeRedisClusterHandle {
  sendCommand(firstKey: string | undefined, isReadonly: boolean | undefined, args: string[]): Promise<unknown>
  /** Tells it from a client. */
  readonly masters: unknown
  duplicate(): unknown
}

export type RedisHandle = IoredisHandle | NodeRedisHandle | NodeRedisClusterHandle
