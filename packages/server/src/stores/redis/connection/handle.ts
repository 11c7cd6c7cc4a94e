/** The part of `Redis` and `Cluster` of ioredis that the store uses. */
export interface IoredisHandle {
  call(command: string, ...args: string[]): Promise<unknown>
  /** For change notifications, which need a separate connection. */
  duplicate(): unknown
}

/** The part of a connected `createClient()` of node-redis that the store uses. */
export interface NodeRedisHandle {
  sendCommand(args: string[]): Promise<unknown>
  /** For change notifications, which need a separate connection. */
  duplicate(): unknown
}

/** The part of a connected `createCluster()` of node-redis that the store uses. */
export interface NodeRedisClusterHandle {
  sendCommand(firstKey: string | undefined, isReadonly: boolean | undefined, args: string[]): Promise<unknown>
  /** Distinguishes it from a client. */
  readonly masters: unknown
  duplicate(): unknown
}

export type RedisHandle = IoredisHandle | NodeRedisHandle | NodeRedisClusterHandle
