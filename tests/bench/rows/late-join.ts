import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stream } from '@durable-streams/client'
import { startRedis } from '../../support/redis-server'
import { alternate } from '../harness/alternate'
import type { Plan } from '../harness/plan'
import { clientOf, readStream, readText } from '../harness/read'
import { startBare, startDurableStreams, startKeepstream } from '../harness/servers'
import type { Row, RunContext } from '../row'

const length = 1_000_000
const whenMissed =
  'A running answer is sent in chunks of 24 KiB, so that a reader that stalls holds little. Each of the 41 chunks is encoded, written and merged by itself. A static body is one write and one read.'

export const lateJoin: Row = {
  name: 'late-join',
  measures:
    'The time until a reader that joins a running answer late has all of its 1 MB; bare is a GET of the same text as a static body.',
  unit: 'ms',
  needs: ['redis'],
  peers: ['bare', 'Durable Streams GET'],
  comparisons: [
    { name: 'memory', goal: { of: 'bare', atMost: 1.2 }, whenMissed },
    { name: 'SQLite', goal: { of: 'bare', atMost: 1.3 }, whenMissed },
    { name: 'Redis', goal: { of: 'bare', atMost: 1.5 }, whenMissed },
  ],
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'keepstream-bench-'))
    context.defer(() => rmSync(folder, { recursive: true, force: true }))
    const redis = await startRedis()
    context.defer(redis.stop)
    const samples = await alternate(
      {
        memory: timed(await keepstreamJoin(context, 'memory')),
        sqlite: timed(await keepstreamJoin(context, join(folder, 'streams.db'))),
        redis: timed(await keepstreamJoin(context, redis.url)),
        bare: timed(await staticGet(context)),
        durable: timed(await durableStreamsGet(context)),
      },
      context.pick(40, 2),
      context.pick(5, 1),
    )
    const { bare, durable } = samples
    const peers = { bare, 'Durable Streams GET': durable }
    return {
      memory: { Keepstream: samples.memory, ...peers },
      SQLite: { Keepstream: samples.sqlite, ...peers },
      Redis: { Keepstream: samples.redis, ...peers },
    }
  },
}

/** The milliseconds that a reading takes. */
function timed(read: () => Promise<string>): () => Promise<number> {
  return async () => {
    const beganAt = performance.now()
    const text = await read()
    const duration = performance.now() - beganAt
    if (text.length !== length) throw new Error(`a reader got ${text.length} characters`)
    // What the reader leaves behind must not run into the next reading.
    await new Promise((resolve) => setTimeout(resolve, 20))
    return duration
  }
}

async function keepstreamJoin(context: RunContext, store: string): Promise<() => Promise<string>> {
  context.progress(`writes 1 MB to ${store.split(':')[0]}`)
  const server = await startKeepstream(context, store)
  const plan: Plan = { kind: 'text', alphabet: 'latin', length, staysOpen: true }
  const id = await server.call('create', plan)
  await server.call('start', id)
  await server.call('stored', id, length)
  return () => readStream(clientOf(server.port), id, { isEnough: (text) => text.length === length })
}

async function staticGet(context: RunContext): Promise<() => Promise<string>> {
  const server = await startBare(context)
  await server.call('keep', 'latin', length)
  return async () => readText(await fetch(`http://127.0.0.1:${server.port}/text`))
}

async function durableStreamsGet(context: RunContext): Promise<() => Promise<string>> {
  const server = await startDurableStreams(context)
  await server.call('create', '/late')
  await server.call('append', '/late', { kind: 'text', alphabet: 'latin', length, staysOpen: false }, false)
  return async () => (await stream({ url: `http://127.0.0.1:${server.port}/late`, offset: '-1', live: false })).text()
}
