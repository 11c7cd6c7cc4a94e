import { StreamServerError } from '../../../errors'
import type { PgPool, PostgresJs } from './client'
import type { Subscribe } from './database'
import type { Connections } from './persistent-database'
import { type PgClientConstructor, pgConnections, pgSubscribe } from './pg-connections'
import { type OwnedPostgresJs, postgresJsConnections, postgresJsSubscribe } from './postgres-js-connections'

export interface OpenOptions {
  readonly url: string
  /** The address to listen at. `false`: do not listen. */
  readonly listenUrl: string | false
  readonly timeoutMs: number
  readonly maxConnections: number
}

/** Opens connections with the first client that is installed: `pg` or `postgres`. */
export async function openConnections(options: OpenOptions, modules = knownClients): Promise<Connections> {
  const { module, type } = await importClient(modules)
  return type === 'pg' ? openPg(module as PgModule, options) : openPostgresJs(module as PostgresJsModule, options)
}

/** Listens at an address with the first client that is installed. */
export function subscribeAt(url: string, timeoutMs: number): Subscribe {
  return async (...request) => {
    const { module, type } = await importClient(knownClients)
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

// The names are data, so that no bundler tries to resolve a client that is not installed.
const knownClients: readonly ClientModule[] = [
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
  throw new StreamServerError(
    'store',
    'postgresStore({ url }) found no client. Install one (npm install pg, or postgres), or pass an open one: ' +
      'postgresStore({ client }).',
    { cause: new AggregateError(missing, 'The clients that were tried') },
  )
}

function openPg({ Pool, Client }: PgModule, { url, listenUrl, timeoutMs, maxConnections }: OpenOptions): Connections {
  const connectionString = url
  const pool = new Pool({ connectionString, max: maxConnections, connectionTimeoutMillis: timeoutMs, keepAlive: true })
  // An idle connection was lost. The next act opens another.
  pool.on('error', () => undefined)
  return pgConnections({
    pool,
    timeoutMs,
    subscribe: listenUrl === false ? undefined : pgSubscribe(Client, { connectionString: listenUrl }, timeoutMs),
    close: () => pool.end(),
  })
}

/** How long postgres.js waits between two attempts to connect, in seconds. The callers here back off as well. */
const backoff = (attempt: number) => Math.min(0.05 * 2 ** attempt, 1) * (0.5 + Math.random() / 2)

/**
 * The options for postgres.js. Without `fetch_types: false` it would query the array types on each connection. If the
 * connection is lost meanwhile, that ends the process with an unhandled rejection. No array is passed here.
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
 * Queries through the application's postgres.js. Once its connections lead to the wrong server, it queries through a
 * separate one with the same options: postgres.js cannot close a single connection, and its connections belong to the
 * application.
 */
export async function givenPostgresJs(given: PostgresJs, timeoutMs: number): Promise<Connections> {
  const open = await duplicating(given, timeoutMs)
  return postgresJsConnections({
    given,
    open: open && (() => open({})),
    timeoutMs,
    subscribe: open === undefined ? postgresJsSubscribe(given, timeoutMs) : listeningPostgresJs(open, timeoutMs),
  })
}

/** `undefined` if postgres.js cannot be imported, as in some bundles, or if the client is not postgres.js itself. */
async function duplicating(given: PostgresJs, timeoutMs: number): Promise<OpenPostgresJs | undefined> {
  const options = (given as { options?: { shared?: unknown } }).options
  // It accepts options that it has already parsed. It opens its own connection for LISTEN that way.
  if (options?.shared === undefined) return undefined
  const { module } = await importClient(knownClients.filter(({ type }) => type === 'postgres')).catch(() => ({
    module: undefined,
  }))
  if (module === undefined) return undefined
  const withoutCallbacks = { onclose: undefined, onnotify: undefined, onparameter: undefined }
  return (overrides) =>
    (module as PostgresJsModule)({
      ...options,
      ...settings(timeoutMs),
      ...withoutCallbacks,
      shared: { retries: 0, typeArrayMap: {} },
      ...overrides,
    })
}

/** Listens over a separate connection, which can be closed. */
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
