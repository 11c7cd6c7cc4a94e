import { type PostgresStoreOptions, postgresStore } from '@keepstream/server/postgres'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import type { StreamStore } from '../../../packages/server/src/store/stream-store'
import { findPostgres } from '../../runner/postgres.mjs'
import { type PostgresServer, startPostgres } from '../../support/postgres-server'

/** All ways to open a store. Clients are closed after the test. */
export const ways = {
  'opened by itself': (url: string) => ({ url }),
  'through a Pool of pg': (url: string) => ({ client: openPool(url) }),
  'through postgres.js': (url: string) => ({ client: openSql(url) }),
}

export type Way = (typeof ways)[keyof typeof ways]

/** A suite with its own server. It is skipped, and reported as skipped, if there is no Postgres. */
export function describeWithServer(name: string, define: (server: () => PostgresServer) => void): void {
  describe.skipIf(findPostgres() === undefined)(name, () => {
    let server: PostgresServer | undefined
    beforeAll(async () => {
      server = await startPostgres()
    })
    afterAll(async () => server?.stop())
    define(() => {
      if (server === undefined) throw new Error('the server was not started')
      return server
    })
  })
}

export function openPool(url: string, max = 10): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max })
  // An idle connection was lost, which these tests do on purpose.
  pool.on('error', () => undefined)
  onTestFinished(() => pool.end())
  return pool
}

export function openSql(url: string): postgres.Sql {
  // See docs/postgres.md: otherwise it may end the process when a new connection is lost, and wait for 20 s.
  const sql = postgres(url, { fetch_types: false, backoff: () => 0.1, onnotice: () => undefined, connect_timeout: 2 })
  onTestFinished(() => sql.end({ timeout: 1 }))
  return sql
}

/** A store that is disposed after the test. */
export function openStore(options: Partial<PostgresStoreOptions>): StreamStore {
  const store = postgresStore(options as PostgresStoreOptions)
  onTestFinished(() => store.dispose())
  return store
}

/** Runs one statement on a separate connection. */
export async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query(text).finally(() => client.end())
  return rows
}

/** Creates a stream and claims it for `owner` under epoch 1. */
export async function start(store: StreamStore, id: string, owner = 'owner', leaseMs = 60_000): Promise<void> {
  await store.create(id, null)
  await store.claim(id, { owner, leaseMs, canTakeOver: false })
}
