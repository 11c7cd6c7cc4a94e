import { StreamServerError, type StreamStore } from '@keepstream/server'
import {
  compareListed,
  createRecord,
  endOf,
  isListed,
  optimisticStore,
  type RecordTable,
  type SeenRecord,
  type StreamRecord,
  type TextRow,
} from '@keepstream/server/storekit'
import mariadb, { type Connection, type Pool, type SqlError } from 'mariadb'

export interface MariadbStoreOptions {
  readonly port: number
  readonly database: string
  /** The store's clock, for tests. @default the clock of the database */
  readonly now?: () => number
}

/** How long a stream may stay `pending`, in milliseconds. */
const pendingMs = 20 * 60_000

// Ids and revisions are bytes: every character counts, and no collation makes two ids equal.
const tables = [
  `CREATE TABLE IF NOT EXISTS streams (
    id VARBINARY(255) PRIMARY KEY, revision VARBINARY(36) NOT NULL, record LONGTEXT NOT NULL,
    ends_at BIGINT NOT NULL, meta LONGTEXT NOT NULL, list_owner VARBINARY(1024), list_group VARBINARY(1024),
    INDEX (ends_at), INDEX (list_owner), INDEX (list_group)
  ) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  // `length` counts UTF-16 code units, which SQL cannot.
  `CREATE TABLE IF NOT EXISTS pieces (
    stream_id VARBINARY(255) NOT NULL, start BIGINT NOT NULL, length BIGINT NOT NULL, text LONGTEXT NOT NULL,
    PRIMARY KEY (stream_id, start), FOREIGN KEY (stream_id) REFERENCES streams (id) ON DELETE CASCADE
  ) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
]

/** The parameter or, if that is null, the clock of the database. */
const clock = 'COALESCE(?, FLOOR(UNIX_TIMESTAMP(SYSDATE(3)) * 1000)) AS now'

export function mariadbStore({ port, database, now }: MariadbStoreOptions): StreamStore {
  const pool = mariadb.createPool({
    ...{ host: '127.0.0.1', port, database, user: 'root', connectionLimit: 5 },
    // `affectedRows` counts the rows that have changed, not those that were found.
    foundRows: false,
    ...{ bigIntAsNumber: true, decimalAsNumber: true },
  })
  return optimisticStore({ name: 'mariadbStore', table: mariadbTable(pool, now), close: () => pool.end() })
}

function mariadbTable(pool: Pool, now: (() => number) | undefined): RecordTable {
  let created: Promise<void> | undefined
  const clockHere = () => (now === undefined ? null : Math.floor(now()))

  async function open(): Promise<void> {
    created ??= (async () => {
      for (const table of tables) await pool.query(table)
    })().catch((error: unknown) => {
      created = undefined
      throw error
    })
    await created
  }

  /** Rows, or the number of changed rows as `affectedRows`. */
  async function query(sql: string, values: readonly unknown[]) {
    await open()
    return unlessDeadlocked(() => pool.query(sql, values))
  }

  return {
    async insert(id, meta, request) {
      const [{ now }] = await query(`SELECT ${clock}`, [clockHere()])
      const record = createRecord(id, now, pendingMs, request)
      const lists = [request?.owner ?? null, request?.group ?? null]
      const values = [keyOf(id), crypto.randomUUID(), JSON.stringify(record), endOf(record), meta, ...lists]
      const sql = 'INSERT INTO streams VALUES (?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE id = id'
      return (await query(sql, values)).affectedRows === 1
    },
    async load(id) {
      const sql = `SELECT record, revision, meta, ${clock} FROM streams WHERE id = ?`
      const [row] = await query(sql, [clockHere(), keyOf(id)])
      return row && { ...toSeenRecord(row), meta: row.meta }
    },
    async loadAll(ids) {
      if (ids.length === 0) return []
      const sql = `SELECT record, revision, ${clock} FROM streams WHERE id IN (?)`
      return (await query(sql, [clockHere(), ids.map(keyOf)])).map(toSeenRecord)
    },
    async list(request) {
      const { owner, group, limit } = request
      const column = group === undefined ? 'list_owner' : 'list_group'
      const sql = `SELECT record, revision, ${clock} FROM streams WHERE ${column} = ?`
      const found = (await query(sql, [clockHere(), group ?? owner])).map(toSeenRecord) as SeenRecord[]
      return found
        .filter(({ record }) => isListed(record, request))
        .sort((one, two) => compareListed(one.record, two.record))
        .slice(0, limit)
    },
    async replace(seen, record, rows, mustBeWhole) {
      await open()
      return unlessDeadlocked(() =>
        inTransaction(pool, (connection) => write(connection, seen, record, rows, mustBeWhole)),
      )
    },
    remove: async (id) => (await query('DELETE FROM streams WHERE id = ?', [keyOf(id)])).affectedRows > 0,
    async removeEnded(olderThanMs, limit) {
      const [{ now }] = await query(`SELECT ${clock}`, [clockHere()])
      const sql = 'SELECT record, revision, 0 AS now FROM streams WHERE ends_at <= ? ORDER BY ends_at LIMIT ?'
      const removed: string[] = []
      for (const row of await query(sql, [now - olderThanMs, limit])) {
        const { record, revision } = toSeenRecord(row)
        // A stream whose lease was renewed since the read stays.
        const values = [keyOf(record.id), revision]
        const { affectedRows } = await query('DELETE FROM streams WHERE id = ? AND revision = ?', values)
        if (affectedRows > 0) removed.push(record.id)
      }
      return removed
    },
    async read(id, from, to) {
      // One statement is one consistent view. It begins with the row that holds the first character.
      const sql = `SELECT record, revision, ${clock}, start, text FROM streams LEFT JOIN pieces
        ON stream_id = id AND start < ? AND start >= COALESCE(
          (SELECT MAX(start) FROM pieces WHERE stream_id = ? AND start <= ?), 0)
        WHERE id = ? ORDER BY start`
      const key = keyOf(id)
      const found = await query(sql, [clockHere(), to, key, from, key])
      if (found.length === 0) return undefined
      return { ...toSeenRecord(found[0]), rows: found[0].start === null ? [] : (found as TextRow[]) }
    },
  }
}

async function write(
  connection: Connection,
  seen: SeenRecord,
  record: StreamRecord,
  rows: readonly TextRow[],
  mustBeWhole: boolean,
): Promise<boolean> {
  const key = keyOf(record.id)
  const { affectedRows } = await connection.query(
    'UPDATE streams SET record = ?, revision = ?, ends_at = ? WHERE id = ? AND revision = ?',
    [JSON.stringify(record), crypto.randomUUID(), endOf(record), key, seen.revision],
  )
  if (affectedRows === 0) return false
  if (mustBeWhole) {
    const sql = 'SELECT COALESCE(SUM(length), 0) AS length FROM pieces WHERE stream_id = ?'
    const [{ length }] = await connection.query(sql, [key])
    if (length !== seen.record.length)
      throw new StreamServerError('corrupt', `some of the text of "${record.id}" is lost.`)
  }
  for (const { start, text } of rows) {
    await connection.query('INSERT INTO pieces VALUES (?, ?, ?, ?)', [key, start, text.length, text])
  }
  return true
}

async function inTransaction<T>(pool: Pool, body: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await pool.getConnection()
  try {
    await connection.beginTransaction()
    const result = await body(connection)
    await connection.commit()
    return result
  } catch (error) {
    await connection.rollback()
    throw error
  } finally {
    await connection.release()
  }
}

/** InnoDB rolls one of two transactions back that wait for each other. It has changed nothing, and may run again. */
async function unlessDeadlocked<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act()
    } catch (error) {
      if ((error as SqlError).code !== 'ER_LOCK_DEADLOCK' || attempt === 10) throw error
    }
  }
}

/** Any id, also one with half of a surrogate pair, as text that UTF-8 keeps. */
function keyOf(id: string): string {
  return JSON.stringify(id)
}

function toSeenRecord(row: { record: string; revision: Buffer; now: number }): SeenRecord {
  return { record: JSON.parse(row.record), revision: row.revision.toString(), now: row.now }
}
