import { startRedis } from '../../support/redis-server'
import { alternate } from '../harness/alternate'
import { startProcess } from '../harness/start-process'
import type { RedisStreams } from '../processes/redis-streams'
import type { Measured, Row, RunContext } from '../row'

const peer = 'resumable-stream'
const whenMissed =
  'An answer is created, claimed, and stored with its end before its reader gets that end: three calls of Redis in a row. resumable-stream stores no text. With many at once the limit is CPU, and half of it is the response that is read.'
const nameOf = (atOnce: number) => (atOnce === 1 ? 'one at a time' : `${atOnce} at once`)

export const redisStreams: Row = {
  name: 'redis-streams',
  measures: 'How many whole answers of 20 tokens a second one process creates, writes and reads through Redis.',
  unit: 'streams/s',
  needs: ['redis'],
  peers: [peer],
  comparisons: [1, 50].map((atOnce) => ({ name: nameOf(atOnce), goal: { of: peer, atLeast: 1 }, whenMissed })),
  async run(context) {
    const { keepstream, resumable } = await startBoth(context)
    const measured: [string, Measured[string]][] = []
    for (const atOnce of [1, 50]) {
      context.progress(nameOf(atOnce))
      const durationMs = context.pick(1_000, 100)
      const runs = {
        Keepstream: () => keepstream.call('perSecond', durationMs, atOnce),
        [peer]: () => resumable.call('perSecond', durationMs, atOnce),
      }
      measured.push([nameOf(atOnce), await alternate(runs, context.pick(7, 1), context.pick(2, 1))])
    }
    return Object.fromEntries(measured)
  },
}

/** Both libraries, each in a process of its own and on a Redis server of its own. */
export async function startBoth(context: RunContext) {
  const start = async (subject: string) => {
    const redis = await startRedis()
    context.defer(redis.stop)
    const started = await startProcess<RedisStreams>('redis-streams', { REDIS: redis.url, SUBJECT: subject })
    context.defer(started.stop)
    return { ...started, redis }
  }
  return { keepstream: await start('keepstream'), resumable: await start(peer) }
}
