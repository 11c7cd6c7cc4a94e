import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../support/postgres-server'
import { startRedis } from '../../support/redis-server'
import { alternate } from '../harness/alternate'
import type { Plan } from '../harness/plan'
import { clientOf, readStream, readText } from '../harness/read'
import { startBare, startKeepstream } from '../harness/servers'
import type { Row, RunContext } from '../row'

const producers = 50
const whenMissed =
  'Bare only writes. Here each token is also checked, kept and framed, and four to ten times a second each answer is stored, which is work of the store and of its client library.'

export const pacedProducers: Row = {
  name: 'paced-producers',
  measures:
    "50 producers of 50 tokens a second each, all read by their drivers: how long a producer takes, and the CPU time of the server's process (a database server is not counted); bare writes to the responses alone.",
  unit: 'ms',
  needs: ['redis', 'postgres'],
  peers: ['bare'],
  comparisons: [
    { name: "a producer's time, memory", goal: { of: 'bare', atMost: 1.02 } },
    { name: 'CPU, memory', goal: { of: 'bare', atMost: 1.2 }, whenMissed },
    { name: 'CPU, SQLite', goal: { of: 'bare', atMost: 1.3 }, whenMissed },
    { name: 'CPU, Redis', goal: { of: 'bare', atMost: 1.5 }, whenMissed },
    { name: 'CPU, Postgres', goal: { of: 'bare', atMost: 1.6 }, whenMissed },
  ],
  async run(context) {
    const plan: Plan = { kind: 'tokens', count: context.pick(125, 10), everyMs: 20 }
    const folder = mkdtempSync(join(tmpdir(), 'keepstream-bench-'))
    context.defer(() => rmSync(folder, { recursive: true, force: true }))
    const redis = await startRedis()
    context.defer(redis.stop)
    const postgres = await startPostgres({ fsync: 'on' })
    context.defer(postgres.stop)
    const producerMs: Record<'memory' | 'bare', number[]> = { memory: [], bare: [] }
    const warmUp = 1
    const { bare, memory, sqlite, onRedis, onPostgres } = await alternate(
      {
        bare: await bareRun(context, plan, producerMs.bare),
        memory: await keepstreamRun(context, plan, 'memory', producerMs.memory),
        sqlite: await keepstreamRun(context, plan, join(folder, 'streams.db')),
        onRedis: await keepstreamRun(context, plan, redis.url),
        onPostgres: await keepstreamRun(context, plan, postgres.url),
      },
      context.pick(5, 1),
      warmUp,
    )
    return {
      "a producer's time, memory": {
        Keepstream: producerMs.memory.slice(warmUp),
        bare: producerMs.bare.slice(warmUp),
      },
      'CPU, memory': { Keepstream: memory, bare },
      'CPU, SQLite': { Keepstream: sqlite, bare },
      'CPU, Redis': { Keepstream: onRedis, bare },
      'CPU, Postgres': { Keepstream: onPostgres, bare },
    }
  },
}

/** A server whose use of the CPU is measured while answers are read. */
interface Server {
  call(name: 'cpuMs'): Promise<number>
  call(name: 'takeProducerMs'): Promise<number[]>
}

/** The CPU time of the server while all answers are read. Adds the mean time of a producer to `producerMs`. */
async function measure(server: Server, readers: readonly (() => Promise<string>)[], producerMs: number[]) {
  const before = await server.call('cpuMs')
  await Promise.all(readers.map((read) => read()))
  const used = (await server.call('cpuMs')) - before
  const taken = await server.call('takeProducerMs')
  producerMs.push(taken.reduce((sum, duration) => sum + duration, 0) / taken.length)
  return used
}

async function keepstreamRun(context: RunContext, plan: Plan, store: string, producerMs: number[] = []) {
  const server = await startKeepstream(context, store)
  return async () => {
    const ids = await server.call('createMany', plan, producers)
    const client = clientOf(server.port)
    const readers = ids.map((id) => () => readStream(client, id, { start: true }))
    return measure(server, readers, producerMs)
  }
}

async function bareRun(context: RunContext, plan: Plan, producerMs: number[]) {
  const server = await startBare(context)
  const url = `http://127.0.0.1:${server.port}/drive?plan=${encodeURIComponent(JSON.stringify(plan))}`
  const readers = Array.from({ length: producers }, () => async () => readText(await fetch(url, { method: 'POST' })))
  return () => measure(server, readers, producerMs)
}
