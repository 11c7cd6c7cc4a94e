/**
 * What a failure means for the connection. In both cases nothing was done.
 *
 * - `elsewhere`: this is not the right server, or not yet, or not any more. The connection may stay open and never lead to
 *   another server: after a failover a demoted primary keeps its connections.
 * - `later`: this is the right server, and a retry soon may succeed.
 */
export type Refusal = 'elsewhere' | 'later'

/**
 * The only code that classifies failures of connections. `undefined`: the command itself failed, or it is unknown what was
 * done.
 *
 * @param isOpening there was no connection yet, so no command was sent
 */
export function refusalOf(error: unknown, isOpening: boolean): Refusal | undefined {
  const words = error instanceof Error ? error.message : ''
  if (elsewhere.test(words)) return 'elsewhere'
  return later.test(words) || (isOpening && closedAtOnce.test(words)) ? 'later' : undefined
}

/**
 * A replica; a server that loads its data after a restart; a replica without its primary; the wrong server of a cluster, after
 * the client has followed `MOVED` as far as it can; a server of a broken cluster; a primary that has lost its replicas, for
 * example because it was cut off.
 */
const elsewhere = /^(READONLY|LOADING|MASTERDOWN|MOVED|CLUSTERDOWN|NOREPLICAS)\b/

/** A slot that is being moved; a server at its limit of connections. */
const later = /^TRYAGAIN\b|\bmax number of clients reached\b/

/** A server at its limit of connections sends an error and closes the connection. ioredis may only report the close. */
const closedAtOnce = /\b(EPIPE|ECONNRESET)\b|^Connection is closed|^Socket closed/
