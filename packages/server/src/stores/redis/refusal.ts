/**
 * What a failure says about the connection; in both cases nothing was done.
 *
 * - `elsewhere`: this server is not (or not any more, or not yet) the one to ask. The connection may stay open for ever and
 *   never lead anywhere else: after a failover a demoted primary keeps its connections.
 * - `later`: the server is the right one, and may do it in a moment.
 */
export type Refusal = 'elsewhere' | 'later'

/**
 * The one place where failures of connections are told apart. `undefined`: the failure is the command's own, or it is
 * unknown what was done.
 *
 * @param isOpening there was no connection yet, so that nothing was asked
 */
export function refusalOf(error: unknown, isOpening: boolean): Refusal | undefined {
  const words = error instanceof Error ? error.message : ''
  if (elsewhere.test(words)) return 'elsewhere'
  return later.test(words) || (isOpening && closedAtOnce.test(words)) ? 'later' : undefined
}

/**
 * A replica; one that loads its data, as it does after a restart; a replica without its primary; a server of a cluster
 * (whose client has followed `MOVED` as far as it goes), or of one that is broken; a primary that has lost its replicas,
 * as one that was cut off has.
 */
const elsewhere = /^(READONLY|LOADING|MASTERDOWN|MOVED|CLUSTERDOWN|NOREPLICAS)\b/

/** A slot on the move; a server with as many connections as it may have. */
const later = /^TRYAGAIN\b|\bmax number of clients reached\b/

/** With as many connections as it may have, a server says so and closes; ioredis may only notice the latter. */
const closedAtOnce = /\b(EPIPE|ECONNRESET)\b|^Connection is closed|^Socket closed/
