import { StreamsError } from '../../errors'
import type { Database } from './database'
import { hasCode } from './sql-state'

/** The tables, as SQL writes them: with the schema they are in, if one was named. */
export interface TableNames {
  readonly schema: string | undefined
  readonly versions: string
  readonly streams: string
  readonly pieces: string
  readonly metas: string
}

/** `schema` has been checked to be a plain name. */
export function tableNames(schema: string | undefined): TableNames {
  const prefix = schema === undefined ? '' : `"${schema}".`
  return {
    schema,
    versions: `${prefix}keepstream_schema`,
    streams: `${prefix}keepstream_streams`,
    pieces: `${prefix}keepstream_pieces`,
    metas: `${prefix}keepstream_metas`,
  }
}

/**
 * Each entry brings the tables from the version of its index to the next one. Entries are never changed once released:
 * databases out there have run them.
 *
 * A stream has a number besides its id, so that nothing of a deleted one can become part of another with the same id. Its
 * row is small and none of what an append changes is in an index: it stays in its page. Offsets count UTF-16 code units
 * and come from JavaScript; SQL's `length` and `substr` count code points and are not used.
 */
const migrations: readonly ((names: TableNames) => string)[] = [
  ({ streams, pieces, metas }) => `
    CREATE TABLE ${streams} (
      key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id text COLLATE "C" NOT NULL UNIQUE,
      revision bigint NOT NULL,
      status text NOT NULL,
      epoch bigint NOT NULL,
      base bigint NOT NULL,
      length bigint NOT NULL,
      stop_requested boolean NOT NULL,
      error text,
      owner text,
      lease_ms bigint NOT NULL,
      renewed_at bigint NOT NULL,
      created_at bigint NOT NULL,
      ended_at bigint
    ) WITH (fillfactor = 50);
    CREATE INDEX keepstream_streams_ended_at ON ${streams} (ended_at) WHERE ended_at IS NOT NULL;
    CREATE INDEX keepstream_streams_open ON ${streams} (created_at) WHERE ended_at IS NULL;
    CREATE TABLE ${pieces} (
      stream_key bigint NOT NULL REFERENCES ${streams} ON DELETE CASCADE,
      start bigint NOT NULL,
      text text NOT NULL,
      PRIMARY KEY (stream_key, start)
    );
    CREATE TABLE ${metas} (
      stream_key bigint PRIMARY KEY REFERENCES ${streams} ON DELETE CASCADE,
      meta text NOT NULL
    );`,
  ({ streams }) => `ALTER TABLE ${streams} ADD COLUMN finish_reason text;`,
]

/** One lock for all: processes that start at once bring the tables up to date one after the other. */
const lockKey = 5_207_366_108

/**
 * Brings the tables to the version of this code. Where they have it, that is one small question, which needs no right to
 * create anything.
 */
export async function migrate(database: Database, names: TableNames): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrateOnce(database, names)
    } catch (error) {
      // Where transactions see the database as it was when they began, one that waited for the lock makes what is there.
      if (attempt === 5 || !hasCode(error, ...madeByAnother)) throw error
    }
  }
}

/** There is such a table, schema or row already; or the transaction was taken back. */
const madeByAnother = ['42P07', '42P06', '23505', '40001', '40P01']

async function migrateOnce(database: Database, names: TableNames): Promise<void> {
  const version = await versionOf(database, names)
  if (version > migrations.length) {
    throw new StreamsError(
      'store',
      `this database has schema ${version}, written by a newer @keepstream/server; this one knows ` +
        `schemas up to ${migrations.length}. Update @keepstream/server, or give postgresStore another schema.`,
    )
  }
  if (version < migrations.length) await database.query(migration(names), [])
}

async function versionOf(database: Database, { versions }: TableNames): Promise<number> {
  try {
    const [row] = await database.query(`SELECT max(version) AS version FROM ${versions}`, [], { isRead: true })
    return Number(row?.['version'] ?? 0)
  } catch (error) {
    // There is no such table, or no such schema.
    if (hasCode(error, '42P01', '3F000')) return 0
    throw error
  }
}

/** One statement, and so one transaction, through any client and any pooler. */
function migration(names: TableNames): string {
  const { schema, versions } = names
  const steps = migrations.map((step, index) => `IF version_here < ${index + 1} THEN ${step(names)}\nEND IF;`)
  return `DO $keepstream$
    DECLARE version_here integer;
    BEGIN
      PERFORM pg_advisory_xact_lock(${lockKey});
      IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'keepstream needs a database with the encoding UTF8, this one has %',
          current_setting('server_encoding');
      END IF;
      ${schema === undefined ? '' : `CREATE SCHEMA IF NOT EXISTS "${schema}";`}
      CREATE TABLE IF NOT EXISTS ${versions} (version integer NOT NULL);
      SELECT coalesce(max(version), 0) INTO version_here FROM ${versions};
      ${steps.join('\n')}
      IF version_here < ${migrations.length} THEN
        DELETE FROM ${versions};
        INSERT INTO ${versions} VALUES (${migrations.length});
      END IF;
    END $keepstream$`
}
