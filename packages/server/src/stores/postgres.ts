import { checkNames } from '../options/check-options'
import type { StreamStore } from '../store/stream-store'
import { type NamedClient, nameClient, type PostgresClient } from './postgres/client'
import type { Database } from './postgres/database'
import { lentPostgresJs, openConnections, subscribeAt } from './postgres/open-client'
import { type Connections, persistentDatabase } from './postgres/persistent-database'
import { type PgClientConstructor, pgConnections, pgSubscribe } from './postgres/pg-connections'
import { pgliteConnections } from './postgres/pglite-connections'
import { postgresTable } from './postgres/postgres-table'
import { tableNames } from './postgres/schema'
import { sharedNotifier } from './postgres/shared-notifier'
import { optimisticStore } from './shared/optimistic-store'
import { checkDuration, defaultPendingMs, invalidOption } from './shared/store-options'

export type { PgliteDatabase, PgPool, PgPoolClient, PostgresClient, PostgresJs } from './postgres/client'

interface PostgresStoreSettings {
  /**
   * The schema of the tables, created if there is none: a plain name of at most 40 letters, digits and underscores.
   * @default the first one of the connection's `search_path`
   */
  readonly schema?: string
  /**
   * Where to LISTEN for the changes of other processes: the address of the server itself, where `url` or `client` leads
   * through a pooler that gives connections away between two transactions. `false` for nowhere: followers in this process
   * then learn of the others' changes by looking, every 250 ms and less often while nothing happens. @default as `url` or
   * `client`
   */
  readonly listenUrl?: string | false
  /**
   * How long an act waits for the database, in milliseconds. After that it rejects, its outcome unknown, and with `pg` the
   * connection is thrown away. Stay well below `leaseMs` of `createStreams`. @default 5_000
   */
  readonly timeoutMs?: number
  /** How long a stream may stay `pending` before it may be expired, in milliseconds. @default 1_200_000 (20 minutes) */
  readonly pendingMs?: number
  /** The store's clock, in milliseconds since 1970, for tests. @default the database's own */
  readonly now?: () => number
}

export interface PostgresUrlOptions extends PostgresStoreSettings {
  /**
   * A connection string, such as `postgres://user:password@host:5432/database`. Opened by the first act, with the first
   * client that is installed, `pg` or `postgres`, and closed by `dispose`.
   */
  readonly url: string
  /** How many connections are open at the most; one more listens. @default 10 */
  readonly maxConnections?: number
  readonly client?: never
}

export interface PostgresClientOptions extends PostgresStoreSettings {
  /**
   * A `Pool` of `pg`, the `sql` of `postgres` (postgres.js) or a PGlite. It stays yours: `dispose` does not close it, and
   * must come before you do. The store keeps to tables named `keepstream_…`.
   */
  readonly client: PostgresClient
  readonly url?: never
  readonly maxConnections?: never
}

export type PostgresStoreOptions = PostgresUrlOptions | PostgresClientOptions

/**
 * A {@link StreamStore} in a Postgres database (12 or later), for any number of processes on any number of machines.
 *
 * What was acknowledged is as durable as a commit is there: with Postgres' own settings it survives a crash of the server
 * and a power cut; see `synchronous_commit`, and replication for what a failover keeps. Every act is one statement or a look
 * and one statement, and holds no lock in between. Leases are reckoned by the database's clock. A deleted text is gone for
 * every reader at once, and from the files when Postgres vacuums; its log and your backups have it for longer. Errors of
 * opening the database come from the first act, which also makes the tables.
 */
export function postgresStore(options: PostgresStoreOptions): StreamStore {
  const { url, client, schema, listenUrl, timeoutMs = 5_000, pendingMs = defaultPendingMs, now } = options
  const { maxConnections = 10 } = options
  checkNames('postgresStore.', options, optionNames)
  checkDuration('postgresStore', 'timeoutMs', timeoutMs)
  checkDuration('postgresStore', 'pendingMs', pendingMs)
  if ((url === undefined) === (client === undefined) || url === '') {
    throw invalidOption('postgresStore needs either { url } (a connection string) or { client } (an open one).')
  }
  if (schema !== undefined && !/^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(schema)) {
    throw invalidOption(
      `postgresStore({ schema }) must be a plain name of at most 40 letters, digits and underscores, not "${schema}".`,
    )
  }
  if (!Number.isInteger(maxConnections) || maxConnections < 1) {
    throw invalidOption(`postgresStore({ maxConnections }) must be a whole number from 1, not ${maxConnections}.`)
  }
  if (listenUrl !== undefined && listenUrl !== false && (typeof listenUrl !== 'string' || listenUrl === '')) {
    throw invalidOption('postgresStore({ listenUrl }) must be a connection string, or false.')
  }
  const named = client === undefined ? undefined : nameClient(client)
  if (client !== undefined && named === undefined) {
    throw invalidOption(
      'postgresStore({ client }) must be a Pool of pg, the sql of postgres (postgres.js) or a PGlite. ' +
        'A single Client of pg does not do: give it a Pool.',
    )
  }

  let opened: Promise<Database> | undefined
  const open = () => {
    if (opened !== undefined) return opened
    const connecting = named
      ? lentConnections(named, listenUrl, timeoutMs)
      : openConnections({ url: url ?? '', listenUrl: listenUrl ?? url ?? '', timeoutMs, maxConnections })
    const opening = connecting.then((connections) => persistentDatabase(connections, timeoutMs))
    opened = opening
    opening.catch(() => {
      // The failure is told to whoever asked; the next one tries again.
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
      // An opening that failed has told those who waited for it.
      const database = await opened?.catch(() => undefined)
      await database?.close()
    },
  })
}

const optionNames = ['url', 'client', 'schema', 'listenUrl', 'timeoutMs', 'pendingMs', 'maxConnections', 'now']

async function lentConnections(
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
      return { ...(await lentPostgresJs(named.sql, timeoutMs)), ...elsewhere }
    case 'pglite':
      return { ...pgliteConnections(named.database), ...elsewhere }
  }
}
