import { hasCode } from './sql-state'

/**
 * What a failure means for the connection and for the statement:
 *
 * - `full`: the server has no connection left. Nothing was done. Open connections still work.
 * - `elsewhere`: this server takes no writes. Nothing was done. The connection may stay open and never lead to another
 *   server: after a failover a demoted primary keeps its connections.
 * - `starting`: the server is starting or stopping, and accepts no connections. Nothing was done.
 * - `unreachable`: no connection was made. Nothing was done.
 * - `lost`: the connection has ended. The statement may have been carried out.
 */
export type Refusal = 'full' | 'elsewhere' | 'starting' | 'unreachable' | 'lost'

/** The only code that classifies failures of connections. `undefined`: the statement itself failed. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (hasCode(error, ...fullCodes)) return 'full'
  if (hasCode(error, ...elsewhereCodes)) return 'elsewhere'
  if (hasCode(error, ...startingCodes)) return 'starting'
  if (hasCode(error, ...unreachableCodes)) return 'unreachable'
  return hasCode(error, ...lostCodes) ? 'lost' : undefined
}

/** `too_many_connections`, for the server, the role or the database. */
const fullCodes = ['53300']

/** `read_only_sql_transaction`. */
const elsewhereCodes = ['25006']

/** `cannot_connect_now`. */
const startingCodes = ['57P03']

const unreachableCodes = [
  // `sqlclient_unable_to_establish_sqlconnection`, `sqlserver_rejected_establishment_of_sqlconnection`.
  ...['08001', '08004'],
  // Codes of the system and of postgres.js.
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'CONNECT_TIMEOUT'],
]

const lostCodes = [
  // `admin_shutdown`, `crash_shutdown`, `database_dropped`, `idle_session_timeout`.
  ...['57P01', '57P02', '57P04', '57P05'],
  // The rest of class 08, connection exceptions.
  ...['08000', '08003', '08006', '08007', '08P01'],
  // Codes of the system and of postgres.js.
  ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'CONNECTION_CLOSED', 'CONNECTION_DESTROYED'],
]
