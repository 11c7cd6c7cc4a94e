import { StreamServerError } from '../../errors'
import type { StoreTransaction, TransactionalBackend } from '../shared/transaction'
import { isBusy, retryWhileBusy } from './busy'
import { fileIdentity } from './file-identity'
import type { SqliteHandle } from './handle'
import { createTables } from './schema'
import { sqliteTransaction } from './sqlite-transaction'

export interface SqliteBackendOptions {
  /** The file to open. `undefined` if it is unknown or in memory. */
  readonly path?: string | undefined
  readonly open: () => Promise<SqliteHandle>
  /** The store opened the handle, so it closes it. */
  readonly isOwned: boolean
  /** `undefined` leaves the setting of the handle. */
  readonly synchronous: 'normal' | 'full' | undefined
  readonly busyMs: number
}

interface Connection {
  /** The identity of the open file. Another file may have its path by now. */
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
      // The callers that wait get the failure. The next act tries again.
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
      // A process that was killed during a delete may have left the text in the log.
      truncateLog(database)
      const transaction = await retryWhileBusy(() => sqliteTransaction(database), busyMs)
      current = { file: path === undefined ? undefined : fileIdentity(path), database, transaction }
      return current
    } catch (error) {
      if (isOwned) database.close()
      throw error
    }
  }

  /** The next act opens the path again. The open file is closed after the act in progress. */
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
        if (isClosed)
          throw new StreamServerError('store', 'this sqliteStore was disposed before the call was carried out.')
        if (connection !== current)
          throw new StreamServerError('store', 'the file was opened again before the call was carried out.')
        return inTransaction(database, mode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN', () => body(transaction))
      }, busyMs)
    },
    checkFile(act) {
      if (path === undefined || current?.file === undefined || fileIdentity(path) === current.file) return
      if (act === 'begin') reconnect(current)
      throw new StreamServerError(
        'corrupt',
        `the file "${path}" was deleted or replaced while sqliteStore had it open: what was written to it since is ` +
          'lost. Answers in progress end as errors, and new streams go to the file that has the path now. Stop the ' +
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
      // If opening failed, the handle is closed already, and the callers got the failure.
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
  // Not prepared: with libsql, a prepared statement that failed as busy stays in progress and blocks every commit.
  for (const pragma of pragmas) database.exec(`PRAGMA ${pragma}`)
}

/** `body` must be synchronous: anything else that this process does with the handle would join the transaction. */
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
      // After some failures, such as a full disk, SQLite has rolled back already. Report the first error.
    }
    throw error
  }
}

/**
 * Moves the log into the database and empties it. A delete overwrites the text in its pages, but older copies of the pages
 * stay in the log until then. Returns whether it succeeded.
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

/** It has the `code` of SQLite's own error, so that it is retried. */
class LogInUse extends Error {
  readonly code = 'SQLITE_BUSY'

  constructor() {
    super('the write-ahead log is being read by another connection')
  }
}
