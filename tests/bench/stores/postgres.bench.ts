import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresStore } from '@keepstream/server/postgres'
import { sqliteStore } from '@keepstream/server/sqlite'
import pg from 'pg'
import postgres from 'postgres'
import { expect, it, onTestFinished } from 'vitest'
import type { StreamStore } from '../../../packages/server/src/store/stream-store'
import type { Database } from '../../../packages/server/src/stores/postgres/connection/database'
import { persistentDatabase } from '../../../packages/server/src/stores/postgres/connection/persistent-database'
import { pgConnections } from '../../../packages/server/src/stores/postgres/connection/pg-connections'
import { postgresTable } from '../../../packages/server/src/stores/postgres/postgres-table'
import { tableNames } from '../../../packages/server/src/stores/postgres/schema'
import { createChangeNotifier } from '../../../packages/server/src/stores/shared/change-notifier'
import { optimisticStore } from '../../../packages/server/src/stores/shared/optimistic-store'
import { startPostgres } from '../../support/postgres-server'

const streams = 16
const measuredMs = 3_000
const slice = 'A sentence of an answer, as the persister stores it. '

/** `npx vitest run --project bench tests/bench/stores/postgres`: appends a second with 16 streams at once, as ratios of SQLite's in the same run. */
it('appends a second', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-bench-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const server = await startPostgres({ fsync: 'on' })
  onTestFinished(server.stop)
  const pool = new pg.Pool({ connectionString: server.url, max: streams })
  const sql = postgres(server.url, { max: streams, fetch_types: false, onnotice: () => undefined })
  onTestFinished(async () => {
    await Promise.all([pool.end(), sql.end()])
  })
  const listening = postgresStore({ url: server.url })
  let received = 0
  listening.watch(() => {
    received += 1
  })
  onTestFinished(() => listening.dispose())

  const rows: [string, number][] = []
  const measure = async (name: string, store: StreamStore) => {
    rows.push([name, await appendsPerSecond(store)])
    await store.dispose()
  }
  // Twice, because the first store of a process is slower.
  await appendsPerSecond(sqliteStore({ path: join(folder, 'first.db') }))
  await measure('SQLite (normal)', sqliteStore({ path: join(folder, 'normal.db') }))
  await measure('SQLite (full)', sqliteStore({ path: join(folder, 'full.db'), synchronous: 'full' }))
  await measure('Postgres, pg', postgresStore({ client: pool }))
  await measure('Postgres, postgres.js', postgresStore({ client: sql }))
  const plain = persistentDatabase(pgConnections({ pool, timeoutMs: 30_000, subscribe: undefined }), 30_000)
  await measure('Postgres, pg, no NOTIFY', storeOn(plain))
  await measure('Postgres, pg, NOTIFY in the append', storeOn(notifyingInside(plain)))
  await pool.query('ALTER SYSTEM SET synchronous_commit = off')
  await pool.query('SELECT pg_reload_conf()')
  await measure('Postgres, pg, synchronous_commit off', postgresStore({ client: pool }))
  await measure('… no NOTIFY', storeOn(plain))
  await measure('… NOTIFY in the append', storeOn(notifyingInside(plain)))

  const base = rows[0]?.[1] ?? 1
  const table = rows.map(
    ([name, n]) => `${name.padEnd(40)}${n.toFixed(0).padStart(8)}${(n / base).toFixed(2).padStart(8)}`,
  )
  console.log(`appends a second, ${streams} streams\n${table.join('\n')}\n${received} notifications received`)
  expect(received).toBeGreaterThan(0)
})

async function appendsPerSecond(store: StreamStore): Promise<number> {
  const run = Math.random().toString(36).slice(2)
  const ids = Array.from({ length: streams }, (_, i) => `${run}-${i}`)
  for (const id of ids) {
    await store.create(id, null)
    await store.claim(id, { owner: id, leaseMs: 60_000, canTakeOver: false })
  }
  let count = 0
  const beganAt = performance.now()
  await Promise.all(
    ids.map(async (id) => {
      for (let offset = 0; performance.now() - beganAt < measuredMs; offset += slice.length) {
        const { type } = await store.append(id, { epoch: 1, offset, text: slice })
        if (type !== 'ok') throw new Error(type)
        count += 1
        // A store without a network would otherwise never yield to the other streams.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }),
  )
  return (count * 1_000) / (performance.now() - beganAt)
}

function storeOn(database: Database): StreamStore {
  return optimisticStore({
    name: 'postgresStore',
    table: postgresTable({
      open: async () => database,
      names: tableNames(undefined),
      pendingMs: 1_200_000,
      now: undefined,
    }),
    notifier: createChangeNotifier(),
    close: async () => undefined,
  })
}

/** For comparison: every append notifies in its own transaction, which the store does not do. */
function notifyingInside(database: Database): Database {
  return {
    ...database,
    query: (text, values) =>
      database.query(
        text.replace(
          'SELECT length, stop_requested FROM held',
          `SELECT length, stop_requested, pg_notify('keepstream', '["bench","id"]') FROM held`,
        ),
        values,
      ),
  }
}
