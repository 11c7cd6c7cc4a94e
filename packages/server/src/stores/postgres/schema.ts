import { StreamServerError } from '../../errors'
import type { Database } from './connection/database'
import { hasCode } from './connection/sql-state'

/** The names of the tables in SQL, with their schema if the application named one. */
export interface TableNames {
  readonly schema: string | undefined
  readonly versions: string
  readonly streams: string
  readonly pieces: string
  readonly metas: string
}

/** `schema` must be a plain name: it is not escaped. */
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

/** The version of the tables below. */
const schemaVersion = 1

/**
 * A stream has a numeric key besides its id, so that no row of a deleted stream can become part of a new one with the
 * same id. The row of a stream is small, and no column that an append changes is in an index, so an update stays in its
 * page. Offsets count UTF-16 code units and are computed in JavaScript. SQL's `length` and `substr` count code points.
 */
const tables = ({ streams, pieces, metas }: TableNames) => `
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
    finish_reason text,
    owner text,
    lease_ms bigint NOT NULL,
    lapses_at bigint NOT NULL,
    created_at bigint NOT NULL,
    ended_at bigint,
    list_owner text,
    list_group text
  ) WITH (fillfactor = 50);
  CREATE INDEX keepstream_streams_ended_at ON ${streams} (ended_at) WHERE ended_at IS NOT NULL;
  CREATE INDEX keepstream_streams_open ON ${streams} (created_at) WHERE ended_at IS NULL;
  CREATE INDEX keepstream_streams_owner ON ${streams} (list_owner, created_at, id) WHERE list_owner IS NOT NULL;
  CREATE INDEX keepstream_streams_group ON ${streams} (list_group, created_at, id) WHERE list_group IS NOT NULL;
  CREATE TABLE ${pieces} (
    stream_key bigint NOT NULL REFERENCES ${streams} ON DELETE CASCADE,
    start bigint NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (stream_key, start)
  );
  CREATE TABLE ${metas} (
    stream_key bigint PRIMARY KEY REFERENCES ${streams} ON DELETE CASCADE,
    meta text NOT NULL
  );`

/** One lock for all schemas: processes that start together create the tables one after the other. */
const lockKey = 5_207_366_108

/**
 * Creates the tables if they do not exist. If they do, this is one small query that needs no right to create anything.
 *
 * @throws StreamServerError if the tables have a newer version
 */
export async function createTables(database: Database, names: TableNames): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await createTablesOnce(database, names)
    } catch (error) {
      // A transaction that waited for the lock may have an old snapshot, and then creates what already exists.
      if (attempt === 5 || !hasCode(error, ...createdByAnother)) throw error
    }
  }
}

/** The table, schema or row already exists, or the transaction was rolled back. */
const createdByAnother = ['42P07', '42P06', '23505', '40001', '40P01']

async function createTablesOnce(database: Database, names: TableNames): Promise<void> {
  const version = await versionOf(database, names)
  if (version > schemaVersion) {
    throw new StreamServerError(
      'store',
      `this database has schema ${version}, written by a newer @keepstream/server; this one knows ` +
        `schemas up to ${schemaVersion}. Update @keepstream/server, or give postgresStore another schema.`,
    )
  }
  if (version < schemaVersion) await database.query(creation(names), [])
}

async function versionOf(database: Database, { versions }: TableNames): Promise<number> {
  try {
    const [row] = await database.query(`SELECT max(version) AS version FROM ${versions}`, [], { isRead: true })
    return Number(row?.['version'] ?? 0)
  } catch (error) {
    // The table or the schema does not exist.
    if (hasCode(error, '42P01', '3F000')) return 0
    throw error
  }
}

/** One statement, and so one transaction, through any client and any pooler. */
function creation(names: TableNames): string {
  const { schema, versions } = names
  return `DO $keepstream$
    BEGIN
      PERFORM pg_advisory_xact_lock(${lockKey});
      IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'keepstream needs a database with the encoding UTF8, this one has %',
          current_setting('server_encoding');
      END IF;
      ${schema === undefined ? '' : `CREATE SCHEMA IF NOT EXISTS "${schema}";`}
      CREATE TABLE IF NOT EXISTS ${versions} (version integer NOT NULL);
      IF NOT EXISTS (SELECT FROM ${versions}) THEN
        ${tables(names)}
        INSERT INTO ${versions} VALUES (${schemaVersion});
      END IF;
    END $keepstream$`
}
