import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StreamStore } from '@keepstream/server'
import { redisStore } from '@keepstream/server/redis'
import { sqliteStore } from '@keepstream/server/sqlite'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { expect, it, onTestFinished } from 'vitest'
import { type RedisServer, startRedis } from '../../support/redis-server'

const streams = 16
const measuredMs = 2_000
const slice = 'A sentence of an answer, as the persister stores it. '

/** `npx vitest run --project bench tests/bench/stores/redis`: appends a second with 16 streams at once, as ratios of SQLite's in the same run. */
it('appends a second', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-bench-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const server = await startRedis({ appendOnly: true })
  onTestFinished(server.stop)
  const ioredis = new Redis(server.url)
  const nodeRedis = createClient({ url: server.url })
  await nodeRedis.connect()
  onTestFinished(() => {
    ioredis.disconnect()
    nodeRedis.destroy()
  })

  const rows: [string, number][] = []
  const measure = async (name: string, store: StreamStore) => {
    rows.push([name, await appendsPerSecond(store)])
    await store.dispose()
  }
  // Twice, because the first store of a process is slower.
  await appendsPerSecond(sqliteStore({ path: join(folder, 'first.db') }))
  await measure('SQLite (normal)', sqliteStore({ path: join(folder, 'normal.db') }))
  await measure('SQLite (full)', sqliteStore({ path: join(folder, 'full.db'), synchronous: 'full' }))
  for (const [settings, ...lines] of [
    ['no file', 'appendonly no'],
    ['everysec', 'appendonly yes', 'appendfsync everysec'],
    ['always', 'appendfsync always'],
  ] as const) {
    for (const line of lines) await server.command(`CONFIG SET ${line}`)
    await measure(`Redis, ioredis, ${settings}`, redisStore({ client: ioredis }))
    await measure(`Redis, node-redis, ${settings}`, redisStore({ client: nodeRedis }))
  }

  const base = rows[0]?.[1] ?? 1
  const table = rows.map(
    ([name, n]) => `${name.padEnd(40)}${n.toFixed(0).padStart(8)}${(n / base).toFixed(2).padStart(8)}`,
  )
  console.log(`appends a second, ${streams} streams\n${table.join('\n')}`)
  console.log(await memoryPerStream(server))
  expect(rows).toHaveLength(8)
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

/** The memory of a stream of 8,000 characters in slices of a sentence, and of one without text. */
async function memoryPerStream({ url, command }: RedisServer): Promise<string> {
  const usage = async () => Number(/used_memory:(\d+)/.exec(await command('INFO memory'))?.[1])
  await command('FLUSHALL')
  const store = redisStore({ url })
  const measured: number[] = []
  for (const slices of [0, 150]) {
    const before = await usage()
    for (let i = 0; i < 200; i += 1) {
      const id = crypto.randomUUID()
      await store.create(id, null)
      await store.claim(id, { owner: id, leaseMs: 60_000, canTakeOver: false })
      for (let n = 0; n < slices; n += 1) await store.append(id, { epoch: 1, offset: n * slice.length, text: slice })
    }
    measured.push(((await usage()) - before) / 200)
  }
  await store.dispose()
  return `bytes of memory a stream: ${measured.map(Math.round).join(' empty, ')} with ${150 * slice.length} characters`
}
