/** The part of a `Pool` of `pg` (node-postgres) that the store uses. Other pools with this interface work too. */
export interface PgPool {
  connect(callback: (error: Error | undefined, client: PgPoolClient | undefined) => void): void
  readonly totalCount: number
  /** The options of its connections. The store opens one more with them, for LISTEN. */
  readonly options: object
}

export interface PgPoolClient extends PgEmitter {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  release(destroy?: Error | boolean): void
}

interface PgEmitter {
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
}

/** The part of `sql` of `postgres` (postgres.js) that the store uses. */
export interface PostgresJs {
  // biome-ignore lint/suspicious/noExplicitAny: its parameter and result types depend on its serializers.
  unsafe(text: string, values?: any[], options?: { prepare?: boolean }): any
  listen(channel: string, onNotify: (payload: string) => void): Promise<{ unlisten(): Promise<void> }>
}

/** The part of `@electric-sql/pglite` that the store uses. */
export interface PgliteDatabase {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>
  exec(text: string): Promise<unknown>
}

export type PostgresClient = PgPool | PostgresJs | PgliteDatabase

export type NamedClient =
  | { readonly type: 'pg'; readonly pool: PgPool }
  | { readonly type: 'postgres'; readonly sql: PostgresJs }
  | { readonly type: 'pglite'; readonly database: PgliteDatabase }

/** Recognises a client by its methods. `undefined` if it is not a supported client. */
export function nameClient(client: unknown): NamedClient | undefined {
  if (hasMethods(client, 'unsafe', 'listen')) return { type: 'postgres', sql: client as unknown as PostgresJs }
  if (hasMethods(client, 'query', 'exec', 'listen')) {
    return { type: 'pglite', database: client as unknown as PgliteDatabase }
  }
  // A single `pg` Client has the same methods but no count.
  if (hasMethods(client, 'query', 'connect') && typeof client['totalCount'] === 'number') {
    return { type: 'pg', pool: client as unknown as PgPool }
  }
  return undefined
}

function hasMethods(value: unknown, ...names: string[]): value is Record<string, unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}
