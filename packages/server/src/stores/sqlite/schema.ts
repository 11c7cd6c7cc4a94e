import { StreamsError } from '../../errors'
import type { SqliteHandle } from './handle'

/**
 * Each entry brings the tables from the version of its index to the next one. Entries are never changed once released:
 * databases out there have run them.
 *
 * The text is kept in rows of (stream_id, start, text), so that an append writes what is new and nothing else. Offsets
 * count UTF-16 code units and come from JavaScript; SQL's `length` and `substr` count code points and are not used.
 */
const migrations: readonly string[] = [
  `CREATE TABLE keepstream_streams (
    id TEXT NOT NULL PRIMARY KEY,
    status TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    base INTEGER NOT NULL,
    length INTEGER NOT NULL,
    stop_requested INTEGER NOT NULL,
    error TEXT,
    owner TEXT,
    lease_ms INTEGER NOT NULL,
    renewed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    meta TEXT NOT NULL
  ) STRICT;
  CREATE INDEX keepstream_streams_ended_at ON keepstream_streams (ended_at) WHERE ended_at IS NOT NULL;
  CREATE TABLE keepstream_pieces (
    stream_id TEXT NOT NULL,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (stream_id, start)
  ) STRICT, WITHOUT ROWID;`,
]

/**
 * Brings the tables to the version of this code. Call it inside a transaction that writes.
 *
 * The version stands in a table of its own: `PRAGMA user_version` belongs to the application, whose database it may be.
 */
export function migrate(database: SqliteHandle): void {
  database.exec('CREATE TABLE IF NOT EXISTS keepstream_schema (version INTEGER NOT NULL) STRICT')
  const [row] = database.prepare('SELECT version FROM keepstream_schema').all() as { version: number | bigint }[]
  const version = Number(row?.version ?? 0)
  if (version > migrations.length) {
    throw new StreamsError(
      'store',
      `this database has schema ${version}, written by a newer @keepstream/server; this one knows ` +
        `schemas up to ${migrations.length}. Update @keepstream/server, or give sqliteStore another file.`,
    )
  }
  if (version === migrations.length) return
  for (const migration of migrations.slice(version)) database.exec(migration)
  database.exec('DELETE FROM keepstream_schema')
  database.prepare('INSERT INTO keepstream_schema (version) VALUES (?)').run(migrations.length)
}
