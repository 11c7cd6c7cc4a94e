import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@keepstream/server/memory'
import { postgresStore } from '@keepstream/server/postgres'
import { redisStore } from '@keepstream/server/redis'
import { sqliteStore } from '@keepstream/server/sqlite'
import { expect, it, onTestFinished } from 'vitest'
import type { StreamStore } from '../../../packages/server/src/store/stream-store'
import { startPostgres } from '../../support/postgres-server'
import { startRedis } from '../../support/redis-server'

const measuredMs = 1_500
const slice = 'A sentence of an answer, as the persister stores it. '

/** `npx vitest run --project bench tests/bench/stores/stores`: the engines side by side in one run, the table of docs/stores.md. */
it('appends and reads', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-bench-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const postgres = await startPostgres({ fsync: 'on' })
  onTestFinished(postgres.stop)
  const redis = await startRedis({ appendOnly: true })
  onTestFinished(redis.stop)

  const engines: [string, () => StreamStore][] = [
    ['memory', () => memoryStore()],
    ['SQLite, normal', () => sqliteStore({ path: join(folder, 'normal.db') })],
    ['SQLite, full', () => sqliteStore({ path: join(folder, 'full.db'), synchronous: 'full' })],
    ['Redis, everysec', () => redisStore({ url: redis.url })],
    ['Postgres', () => postgresStore({ url: postgres.url })],
  ]
  const rows: string[] = []
  let base: number[] | undefined
  // Once before, because the first store of a process is slower.
  await measure(memoryStore())
  for (const [name, open] of engines) {
    const figures = await measure(open())
    if (name === 'SQLite, normal') base = figures
    rows.push([name.padEnd(18), ...figures.map((n) => n.toFixed(0).padStart(9))].join(''))
  }
  console.log(
    `${'a second'.padEnd(18)}${['alone', '16 at once', 'reads'].map((word) => word.padStart(9)).join('')}\n${rows.join('\n')}`,
  )
  expect(base?.every((n) => n > 0)).toBe(true)
})

/** Appends per second by one stream and by 16 at once, and reads of 4 Ki units per second, 16 at once. */
async function measure(store: StreamStore): Promise<number[]> {
  const ids = Array.from({ length: 16 }, (_, i) => `${Math.random().toString(36).slice(2)}-${i}`)
  const offsets = new Map(ids.map((id) => [id, 0]))
  for (const id of ids) {
    await store.create(id, null)
    await store.claim(id, { owner: id, leaseMs: 60_000, canTakeOver: false })
  }
  const append = async (id: string) => {
    const result = await store.append(id, { epoch: 1, offset: offsets.get(id) ?? 0, text: slice })
    if (result.type !== 'ok') throw new Error(result.type)
    offsets.set(id, result.offset)
  }
  const read = async (id: string) => void (await store.read(id, Math.max(0, (offsets.get(id) ?? 0) - 4_096), 4_096))
  const figures = [await perSecond(ids.slice(0, 1), append), await perSecond(ids, append), await perSecond(ids, read)]
  await store.dispose()
  return figures
}

async function perSecond(ids: readonly string[], act: (id: string) => Promise<void>): Promise<number> {
  let count = 0
  const beganAt = performance.now()
  await Promise.all(
    ids.map(async (id) => {
      while (performance.now() - beganAt < measuredMs) {
        await act(id)
        count += 1
        // A store without a network would otherwise never yield to the other streams.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }),
  )
  return (count * 1_000) / (performance.now() - beganAt)
}
