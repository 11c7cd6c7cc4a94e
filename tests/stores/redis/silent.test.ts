import { redisStore } from '@keepstream/server/redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { linkOf } from '../../../packages/server/src/stores/redis/connection/link-of'
import { lentSource } from '../../../packages/server/src/stores/redis/connection/link-source'
import { sharedNotifier } from '../../../packages/server/src/stores/redis/shared-notifier'
import { findRedis } from '../../runner/redis.mjs'
import { type RedisServer, startRedis } from '../../support/redis-server'
import { startTcpProxy } from '../../support/tcp-proxy'
import { until } from '../../support/until'
import { clients } from './support/clients'

describe.skipIf(findRedis() === undefined)('a subscription of redisStore that dies without an error', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  it.each(Object.entries(clients))('is replaced, through %s', async (name, connect) => {
    const listening = await startTcpProxy(server.port)
    onTestFinished(() => listening.close())
    const acting = await connect(server.url)
    const received = new Set<string>()
    const [subscriber, prefix] = [await connect(`redis://127.0.0.1:${listening.port}`), `silent-${name}`]
    const source = {
      ...lentSource(linkOf(acting.client), undefined),
      // Only the subscription goes through the proxy, so that acts go on.
      get: async () => ({ ...linkOf(acting.client), subscribe: linkOf(subscriber.client).subscribe }),
    }
    const notifier = sharedNotifier(source, `${prefix}:{hints}`, { everyMs: 50, waitMs: 500 })
    onTestFinished(() => {
      notifier.clear()
      acting.close()
      subscriber.close()
    })
    notifier.watch((id) => received.add(id))
    const writer = redisStore({ url: server.url, prefix })
    onTestFinished(() => writer.dispose())
    const receives = (word: string) => {
      let count = 0
      return until(async () => {
        count += 1
        await writer.create(`${word} ${count}`, null)
        return [...received].some((id) => id.startsWith(word))
      }, `it receives ${word}`)
    }
    await receives('before')
    const before = listening.accepted

    listening.fallSilent()
    await receives('after')
    expect(listening.accepted).toBeGreaterThan(before)
  })
})
