import { StreamsError } from '../../errors'
import type { PgPool, PostgresJs } from './client'
import type { Database, Subscribe } from './database'
import { type PgClientConstructor, pgDatabase, pgSubscribe } from './pg-database'
import { postgresJsDatabase, postgresJsSubscribe } from './postgres-js-database'

export interface OpenOptions {
  readonly url: string
  /** Where to listen; `false` for nowhere. */
  readonly listenUrl: string | false
  readonly timeoutMs: number
  readonly maxConnections: number
}

/** Opens a database with the first client that is installed: `pg` or `postgres`. */
export async function openDatabase(options: OpenOptions, modules = clientsHere): Promise<Database> {
  const { module, type } = await importClient(modules)
  return type === 'pg' ? openPg(module as PgModule, options) : openPostgresJs(module as PostgresJsModule, options)
}

/** How to listen at an address, with the first client that is installed. */
export function subscribeAt(url: string, timeoutMs: number): Subscribe {
  return async (...request) => {
    const { module, type } = await importClient(clientsHere)
    const subscribe =
      type === 'pg'
        ? pgSubscribe((module as PgModule).Client, { connectionString: url }, timeoutMs)
        : listeningPostgresJs(module as PostgresJsModule, url, timeoutMs)
    return subscribe(...request)
  }
}

export interface ClientModule {
  readonly type: 'pg' | 'postgres'
  readonly module: string
}

// Named as data, so that no bundler tries to resolve a client that is not there.
const clientsHere: readonly ClientModule[] = [
  { type: 'pg', module: 'pg' },
  { type: 'postgres', module: 'postgres' },
]

interface PgModule {
  readonly Client: PgClientConstructor
  readonly Pool: new (
    options: object,
  ) => PgPool & { end(): Promise<void>; on(event: 'error', listener: () => void): unknown }
}

type PostgresJsModule = (url: string, options: object) => OwnedPostgresJs
type OwnedPostgresJs = PostgresJs & { end(options?: { timeout: number }): Promise<void> }

async function importClient(
  modules: readonly ClientModule[],
): Promise<{ type: ClientModule['type']; module: PgModule | PostgresJsModule }> {
  const missing: unknown[] = []
  for (const { type, module } of modules) {
    try {
      const imported = await import(/* @vite-ignore */ /* webpackIgnore: true */ module)
      return { type, module: imported.default ?? imported }
    } catch (error) {
      missing.push(error)
    }
  }
  throw new StreamsError(
    'store',
    'postgresStore({ url }) found no client. Install one (npm install pg, or postgres), or pass an open one: ' +
      'postgresStore({ client }).',
    { cause: new AggregateError(missing, 'What was tried') },
  )
}

function openPg({ Pool, Client }: PgModule, { url, listenUrl, timeoutMs, maxConnections }: OpenOptions): Database {
  const connectionString = url
  const pool = new Pool({ connectionString, max: maxConnections, connectionTimeoutMillis: timeoutMs, keepAlive: true })
  // A connection that nobody uses was lost: the next act opens another.
  pool.on('error', () => undefined)
  return pgDatabase({
    pool,
    timeoutMs,
    subscribe: listenUrl === false ? undefined : pgSubscribe(Client, { connectionString: listenUrl }, timeoutMs),
    close: () => pool.end(),
  })
}

/** How long postgres.js waits between two tries to connect, in seconds; our own callers wait longer and longer as well. */
const backoff = (attempt: number) => Math.min(0.05 * 2 ** attempt, 1) * (0.5 + Math.random() / 2)

/**
 * How postgres.js is opened here. It would ask for the types of arrays on each connection and end the process with an
 * unhandled rejection when that one is lost meanwhile; no array is passed here.
 */
const settings = (timeoutMs: number) => ({
  connect_timeout: Math.max(1, timeoutMs / 1_000),
  backoff,
  fetch_types: false,
  onnotice: () => undefined,
})

function openPostgresJs(postgres: PostgresJsModule, options: OpenOptions): Database {
  const { url, listenUrl, timeoutMs, maxConnections } = options
  const open = () => postgres(url, { ...settings(timeoutMs), max: maxConnections, idle_timeout: 10 })
  let sql = open()
  return postgresJsDatabase({
    sql: () => sql,
    timeoutMs,
    subscribe: listenUrl === false ? undefined : listeningPostgresJs(postgres, listenUrl, timeoutMs),
    onTimeout(late) {
      // It cannot throw a single connection away, and those that do not answer would fill it.
      if (late !== sql) return
      sql = open()
      void (late as OwnedPostgresJs).end({ timeout: 0 })
    },
    close: () => sql.end({ timeout: timeoutMs / 1_000 }),
  })
}

function listeningPostgresJs(postgres: PostgresJsModule, url: string, timeoutMs: number): Subscribe {
  return async (channel, onPayload, onLost) => {
    const sql = postgres(url, { ...settings(timeoutMs), max: 1 })
    const end = () => sql.end({ timeout: 0 })
    try {
      await postgresJsSubscribe(sql, timeoutMs)(channel, onPayload, onLost)
      return end
    } catch (error) {
      await end()
      throw error
    }
  }
}
