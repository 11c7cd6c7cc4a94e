import { StreamsError } from '../../errors'
import { filler } from './filler'
import type { SqliteHandle } from './handle'

/**
 * Each entry brings the tables from the version of its index to the next one. Entries are never changed once released:
 * databases out there have run them.
 *
 * The text is kept in rows of (stream_id, start, text), so that an append writes a bounded row, however long the text is.
 * Offsets count UTF-16 code units and come from JavaScript; SQL's `length` and `substr` count code points and are not
 * used.
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
  // Whatever is text gets a filler before it, so that a delete can erase it; a stream without meta has no row for it.
  `CREATE TABLE keepstream_metas (
    stream_id TEXT NOT NULL PRIMARY KEY,
    filler BLOB NOT NULL,
    meta TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO keepstream_metas SELECT id, ${filler}, meta FROM keepstream_streams WHERE meta <> 'null';
  CREATE TABLE keepstream_new_pieces (
    stream_id TEXT NOT NULL,
    start INTEGER NOT NULL,
    filler BLOB NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (stream_id, start)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO keepstream_new_pieces SELECT stream_id, start, ${filler}, text FROM keepstream_pieces;
  DROP TABLE keepstream_pieces;
  ALTER TABLE keepstream_new_pieces RENAME TO keepstream_pieces;
  CREATE TABLE keepstream_new_streams (
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
    ended_at INTEGER
  ) STRICT;
  INSERT INTO keepstream_new_streams SELECT id, status, epoch, base, length, stop_requested, error, owner, lease_ms,
    renewed_at, created_at, ended_at FROM keepstream_streams;
  DROP TABLE keepstream_streams;
  ALTER TABLE keepstream_new_streams RENAME TO keepstream_streams;
  CREATE INDEX keepstream_streams_ended_at ON keepstream_streams (ended_at) WHERE ended_at IS NOT NULL;
  CREATE INDEX keepstream_streams_open ON keepstream_streams (created_at) WHERE ended_at IS NULL;`,
  'ALTER TABLE keepstream_streams ADD COLUMN finish_reason TEXT',
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
