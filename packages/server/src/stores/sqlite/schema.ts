import { StreamServerError } from '../../errors'
import type { SqliteHandle } from './handle'

/** The version of the tables below. */
const schemaVersion = 1

/**
 * The text is stored in rows of (stream_id, start, text), so that an append writes a row of bounded size, however long
 * the text is. Offsets count UTF-16 code units and are computed in JavaScript. SQL's `length` and `substr` count code
 * points and are not used.
 *
 * Text and meta have a filler before them in their row, so that a delete can erase them. A stream without meta has no row
 * in `keepstream_metas`.
 */
const tables = `
  CREATE TABLE keepstream_streams (
    id TEXT NOT NULL PRIMARY KEY,
    status TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    base INTEGER NOT NULL,
    length INTEGER NOT NULL,
    stop_requested INTEGER NOT NULL,
    error TEXT,
    finish_reason TEXT,
    owner TEXT,
    lease_ms INTEGER NOT NULL,
    lapses_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    list_owner TEXT,
    list_group TEXT
  ) STRICT;
  CREATE INDEX keepstream_streams_owner ON keepstream_streams (list_owner, created_at, id) WHERE list_owner IS NOT NULL;
  CREATE INDEX keepstream_streams_group ON keepstream_streams (list_group, created_at, id) WHERE list_group IS NOT NULL;
  CREATE INDEX keepstream_streams_ended_at ON keepstream_streams (ended_at) WHERE ended_at IS NOT NULL;
  CREATE INDEX keepstream_streams_open ON keepstream_streams (created_at) WHERE ended_at IS NULL;
  CREATE TABLE keepstream_pieces (
    stream_id TEXT NOT NULL,
    start INTEGER NOT NULL,
    filler BLOB NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (stream_id, start)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE keepstream_metas (
    stream_id TEXT NOT NULL PRIMARY KEY,
    filler BLOB NOT NULL,
    meta TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;`

/**
 * Creates the tables if they do not exist. Call it inside a write transaction.
 *
 * The version has its own table, because `PRAGMA user_version` belongs to the application that owns the database.
 *
 * @throws StreamServerError if the tables have a newer version
 */
export function createTables(database: SqliteHandle): void {
  database.exec('CREATE TABLE IF NOT EXISTS keepstream_schema (version INTEGER NOT NULL) STRICT')
  const [row] = database.prepare('SELECT version FROM keepstream_schema').all() as { version: number | bigint }[]
  const version = Number(row?.version ?? 0)
  if (version > schemaVersion) {
    throw new StreamServerError(
      'store',
      `this database has schema ${version}, written by a newer @keepstream/server; this one knows ` +
        `schemas up to ${schemaVersion}. Update @keepstream/server, or give sqliteStore another file.`,
    )
  }
  if (version === schemaVersion) return
  database.exec(tables)
  database.prepare('INSERT INTO keepstream_schema (version) VALUES (?)').run(schemaVersion)
}
