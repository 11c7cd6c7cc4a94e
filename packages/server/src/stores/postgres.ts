import { duration, invalid, number, text } from '../options/check-options'
import type { StreamStore } from '../store/stream-store'
import { type NamedClient, nameClient, type PostgresClient } from './postgres/connection/client'
import type { Database } from './postgres/connection/database'
import { givenPostgresJs, openConnections, subscribeAt } from './postgres/connection/open-client'
import { type Connections, persistentDatabase } from './postgres/connection/persistent-database'
import { type PgClientConstructor, pgConnections, pgSubscribe } from './postgres/connection/pg-connections'
import { pgliteConnections } from './postgres/connection/pglite-connections'
import { postgresTable } from './postgres/postgres-table'
import { tableNames } from './postgres/schema'
import { sharedNotifier } from './postgres/shared-notifier'
import { optimisticStore } from './shared/optimistic-store'
import { storeOptions } from './shared/store-options'

export type { PgliteDatabase, PgPool, PgPoolClient, PostgresClient, PostgresJs } from './postgres/connection/client'

interface PostgresStoreSettings {
  /**
   * The schema of the tables: a plain name of at most 40 letters, digits and underscores. It is created if it does not exist.
   * @default the first one of the connection's `search_path`
   */
  readonly schema?: string
  /**
   * The address to LISTEN at for changes of other processes. If `url` or `client` goes through a pooler in transaction mode,
   * pass the address of the server itself. `false`: it does not listen. Followers in this process then find those changes by
   * polling every 250 ms, and less often while nothing changes. @default the address of `url` or `client`
   */
  readonly listenUrl?: string | false
  /**
   * How long an act waits for the database, in milliseconds. Then it rejects, and its outcome is unknown. With `pg`, the
   * connection is closed. Keep it well below `leaseMs` of `createStreams`. @default 5_000
   */
  readonly timeoutMs?: number
  /** How long a stream may stay `pending` before it may be expired, in milliseconds. @default 1_200_000 (20 minutes) */
  readonly pendingMs?: number
  /** The store's clock, in milliseconds since 1970, for tests. @default the clock of the database */
  readonly now?: () => number
}

export interface PostgresUrlOptions extends PostgresStoreSettings {
  /**
   * A connection string, such as `postgres://user:password@host:5432/database`. The first act connects, with the first
   * client that is installed, `pg` or `postgres`. `dispose` closes the connections.
   */
  readonly url: string
  /** The maximum number of connections. One more listens. @default 10 */
  readonly maxConnections?: number
  readonly client?: never
}

export interface PostgresClientOptions extends PostgresStoreSettings {
  /**
   * A `Pool` of `pg`, the `sql` of `postgres` (postgres.js) or a PGlite. You own it: `dispose` does not close it. Call
   * `dispose` before you close it. The store only uses tables named `keepstream_…`.
   */
  readonly client: PostgresClient
  readonly url?: never
  readonly maxConnections?: never
}

export type PostgresStoreOptions = PostgresUrlOptions | PostgresClientOptions

const places = { url: 'a connection string', client: 'an open client' }
const table = {
  schema: text(/^[A-Za-z_][A-Za-z0-9_]{0,39}$/, 'pass a plain name of at most 40 letters, digits and underscores'),
  listenUrl: (given: unknown, name: string) =>
    given === false ? given : text(/./, 'pass a connection string, or false')(given, name),
  timeoutMs: duration(5_000, 1),
  maxConnections: number(10, 1),
}

/**
 * A {@link StreamStore} in a Postgres database (12 or later), for any number of processes on any number of machines.
 *
 * An acknowledged act is as durable as a commit. With the default settings of Postgres it survives a crash of the server and
 * a power cut; see `synchronous_commit`. What a failover keeps depends on your replication. Every act is one statement, or a
 * read and one statement, and holds no lock in between. Leases are measured by the database's clock. No reader sees a deleted
 * text any more. It leaves the files when Postgres vacuums, and stays longer in the log and in your backups. The first act
 * creates the tables, and rejects if the database cannot be opened.
 */
export function postgresStore(options: PostgresStoreOptions): StreamStore {
  const settings = storeOptions('postgresStore', options, places, table)
  const { schema, listenUrl, timeoutMs, pendingMs, now } = settings
  const max = Math.floor(settings.maxConnections)
  const { url, client } = options
  const named = client === undefined ? undefined : nameClient(client)
  if (client !== undefined && named === undefined) {
    invalid(
      'postgresStore.client',
      'pass a Pool of pg, the sql of postgres (postgres.js) or a PGlite. A single Client of pg does not work: pass a Pool',
    )
  }

  let opened: Promise<Database> | undefined
  const open = () => {
    if (opened !== undefined) return opened
    const connecting = named
      ? connectionsOf(named, listenUrl, timeoutMs)
      : openConnections({ url: url ?? '', listenUrl: listenUrl ?? url ?? '', timeoutMs, maxConnections: max })
    const opening = connecting.then((connections) => persistentDatabase(connections, timeoutMs))
    opened = opening
    opening.catch(() => {
      // The callers that wait get the failure. The next act tries again.
      if (opened === opening) opened = undefined
    })
    return opening
  }
  const notifier = sharedNotifier({ channel: schema === undefined ? 'keepstream' : `keepstream_${schema}`, open })
  return optimisticStore({
    name: 'postgresStore',
    notifier,
    table: postgresTable({ open, names: tableNames(schema), pendingMs, now }),
    async close() {
      await notifier.close(true)
      // If opening failed, the callers got the failure.
      const database = await opened?.catch(() => undefined)
      await database?.close()
    },
  })
}

async function connectionsOf(
  named: NamedClient,
  listenUrl: string | false | undefined,
  timeoutMs: number,
): Promise<Connections> {
  const elsewhere =
    listenUrl === undefined ? undefined : { subscribe: listenUrl ? subscribeAt(listenUrl, timeoutMs) : undefined }
  switch (named.type) {
    case 'pg': {
      const { pool } = named
      const { Client } = pool as unknown as { Client?: PgClientConstructor }
      const subscribe = Client && pgSubscribe(Client, pool.options, timeoutMs)
      return pgConnections({ pool, timeoutMs, subscribe, ...elsewhere })
    }
    case 'postgres':
      return { ...(await givenPostgresJs(named.sql, timeoutMs)), ...elsewhere }
    case 'pglite':
      return { ...pgliteConnections(named.database), ...elsewhere }
  }
}
