import { StreamsError } from '../../errors'
import type { PgPool, PostgresJs } from './client'
import type { Subscribe } from './database'
import type { Connections } from './persistent-database'
import { type PgClientConstructor, pgConnections, pgSubscribe } from './pg-connections'
import { type OwnedPostgresJs, postgresJsConnections, postgresJsSubscribe } from './postgres-js-connections'

export interface OpenOptions {
  readonly url: string
  /** Where to listen; `false` for nowhere. */
  readonly listenUrl: string | false
  readonly timeoutMs: number
  readonly maxConnections: number
}

/** Opens connections with the first client that is installed: `pg` or `postgres`. */
export async function openConnections(options: OpenOptions, modules = clientsHere): Promise<Connections> {
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
        : listeningPostgresJs(opener(module as PostgresJsModule, url, timeoutMs), timeoutMs)
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

type PostgresJsModule = (urlOrOptions: string | object, options?: object) => OwnedPostgresJs

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

function openPg({ Pool, Client }: PgModule, { url, listenUrl, timeoutMs, maxConnections }: OpenOptions): Connections {
  const connectionString = url
  const pool = new Pool({ connectionString, max: maxConnections, connectionTimeoutMillis: timeoutMs, keepAlive: true })
  // A connection that nobody uses was lost: the next act opens another.
  pool.on('error', () => undefined)
  return pgConnections({
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
  idle_timeout: 10,
  onnotice: () => undefined,
})

type OpenPostgresJs = (overrides: object) => OwnedPostgresJs

function opener(postgres: PostgresJsModule, url: string, timeoutMs: number): OpenPostgresJs {
  return (overrides) => postgres(url, { ...settings(timeoutMs), ...overrides })
}

function openPostgresJs(postgres: PostgresJsModule, options: OpenOptions): Connections {
  const { url, listenUrl, timeoutMs, maxConnections } = options
  const open = opener(postgres, url, timeoutMs)
  return postgresJsConnections({
    open: () => open({ max: maxConnections }),
    timeoutMs,
    subscribe: listenUrl === false ? undefined : listeningPostgresJs(opener(postgres, listenUrl, timeoutMs), timeoutMs),
  })
}

/**
 * Asks through a postgres.js that was lent, and through one of our own with its options once that leads nowhere any more:
 * its own connections are its owner's, and it takes no word about a single one.
 */
export async function lentPostgresJs(lent: PostgresJs, timeoutMs: number): Promise<Connections> {
  const open = await duplicating(lent, timeoutMs)
  return postgresJsConnections({
    lent,
    open: open && (() => open({})),
    timeoutMs,
    subscribe: open === undefined ? postgresJsSubscribe(lent, timeoutMs) : listeningPostgresJs(open, timeoutMs),
  })
}

/** `undefined` where postgres.js cannot be imported here, as in some bundles, or is not the one that was lent. */
async function duplicating(lent: PostgresJs, timeoutMs: number): Promise<OpenPostgresJs | undefined> {
  const options = (lent as { options?: { shared?: unknown } }).options
  // Options that it has parsed before it takes as they are; that is how it makes its own connection for LISTEN.
  if (options?.shared === undefined) return undefined
  const { module } = await importClient(clientsHere.filter(({ type }) => type === 'postgres')).catch(() => ({
    module: undefined,
  }))
  if (module === undefined) return undefined
  const unheard = { onclose: undefined, onnotify: undefined, onparameter: undefined }
  return (overrides) =>
    (module as PostgresJsModule)({
      ...options,
      ...settings(timeoutMs),
      ...unheard,
      shared: { retries: 0, typeArrayMap: {} },
      ...overrides,
    })
}

/** Over a connection of its own, which can be thrown away. */
function listeningPostgresJs(open: OpenPostgresJs, timeoutMs: number): Subscribe {
  return async (channel, onPayload, onLost) => {
    const sql = open({ max: 1, idle_timeout: null })
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
