import { StreamsError } from '../../errors'
import type { StoreTransaction, TransactionalBackend } from '../shared/transaction'
import { isBusy, retryWhileBusy } from './busy'
import { fileIdentity } from './file-identity'
import type { SqliteHandle } from './handle'
import { createTables } from './schema'
import { sqliteTransaction } from './sqlite-transaction'

export interface SqliteBackendOptions {
  /** The file that was opened; `undefined` for one that cannot be known or lives in memory. */
  readonly path?: string | undefined
  readonly open: () => Promise<SqliteHandle>
  /** The handle was opened here, so that it is closed here. */
  readonly isOwned: boolean
  /** `undefined` leaves it as the handle has it. */
  readonly synchronous: 'normal' | 'full' | undefined
  readonly busyMs: number
}

interface Connection {
  /** The file that is open, however its path is used by now. */
  readonly file: string | undefined
  readonly database: SqliteHandle
  readonly transaction: StoreTransaction
}

/** Transactions on one SQLite connection, opened by the first act that needs it. */
export function sqliteBackend(options: SqliteBackendOptions): TransactionalBackend {
  const { open, isOwned, synchronous, busyMs, path } = options
  let connecting: Promise<Connection> | undefined
  let current: Connection | undefined
  let isClosed = false

  function connect(): Promise<Connection> {
    if (connecting === undefined) {
      connecting = openConnection()
      // The failure is told to whoever asked for the connection; the next act tries again.
      connecting.catch(() => {
        connecting = undefined
      })
    }
    return connecting
  }

  async function openConnection(): Promise<Connection> {
    const database = await open()
    try {
      await retryWhileBusy(() => prepareConnection(database, synchronous), busyMs)
      await retryWhileBusy(() => inTransaction(database, 'BEGIN IMMEDIATE', () => createTables(database)), busyMs)
      // A process that was killed in the middle of a delete leaves the text in the log.
      truncateLog(database)
      const transaction = await retryWhileBusy(() => sqliteTransaction(database), busyMs)
      current = { file: path === undefined ? undefined : fileIdentity(path), database, transaction }
      return current
    } catch (error) {
      if (isOwned) database.close()
      throw error
    }
  }

  /** The next act opens the path anew; the file that is open goes once the act that is under way is over. */
  function reconnect({ database }: Connection): void {
    connecting = undefined
    current = undefined
    queueMicrotask(() => database.close())
  }

  return {
    async transact(mode, body) {
      const connection = await connect()
      const { database, transaction } = connection
      return retryWhileBusy(() => {
        if (isClosed) throw new StreamsError('store', 'this sqliteStore was disposed before the act could be done.')
        if (connection !== current) throw new StreamsError('store', 'the file was opened anew before the act was done.')
        return inTransaction(database, mode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN', () => body(transaction))
      }, busyMs)
    },
    checkPlace(act) {
      if (path === undefined || current?.file === undefined || fileIdentity(path) === current.file) return
      if (act === 'begin') reconnect(current)
      throw new StreamsError(
        'corrupt',
        `the file "${path}" was deleted or replaced while sqliteStore had it open: what was written to it since is ` +
          'lost. Answers that were under way end as errors; new streams go to the file that is there now. Stop the ' +
          'process before you move or restore its database.',
      )
    },
    async erase() {
      const connection = await connect()
      await retryWhileBusy(() => {
        if (!isClosed && connection === current && !truncateLog(connection.database)) throw new LogInUse()
      }, busyMs)
    },
    async close() {
      isClosed = true
      // An opening that failed has closed its handle already and told those who waited for it.
      const connection = await connecting?.catch(() => undefined)
      if (connection === undefined || !isOwned) return
      truncateLog(connection.database)
      connection.database.close()
    },
  }
}

function prepareConnection(database: SqliteHandle, synchronous: 'normal' | 'full' | undefined): void {
  const pragmas = ['busy_timeout = 0', 'journal_mode = WAL', 'secure_delete = ON']
  if (synchronous !== undefined) pragmas.push(`synchronous = ${synchronous.toUpperCase()}`)
  // Not prepared: libsql leaves a prepared statement that was refused as busy in progress, and nothing commits then.
  for (const pragma of pragmas) database.exec(`PRAGMA ${pragma}`)
}

/** Nothing in here may be awaited: whatever else this process does with the handle would land in the transaction. */
function inTransaction<T>(database: SqliteHandle, begin: 'BEGIN' | 'BEGIN IMMEDIATE', body: () => T): T {
  database.exec(begin)
  try {
    const result = body()
    database.exec('COMMIT')
    return result
  } catch (error) {
    try {
      database.exec('ROLLBACK')
    } catch {
      // Some failures, a full disk among them, have rolled back already. The first error is the one to tell.
    }
    throw error
  }
}

/**
 * Moves the log into the database and empties it: deleted text is overwritten in the pages, but older copies of them
 * stay in the log until then. Answers whether it could.
 */
function truncateLog(database: SqliteHandle): boolean {
  try {
    const [row] = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all() as { busy?: number | bigint }[]
    return Number(row?.busy ?? 0) === 0
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}

/** Told apart by `code`, as SQLite's own refusal would be. */
class LogInUse extends Error {
  readonly code = 'SQLITE_BUSY'

  constructor() {
    super('the write-ahead log is being read by another connection')
  }
}
