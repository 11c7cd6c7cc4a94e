import { createStreams } from '@keepstream/server'
import { type RedisStoreOptions, redisStore } from '@keepstream/server/redis'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findRedis } from '../../runner/redis.mjs'
import { type RedisServer, startRedis } from '../../support/redis-server'
import { startTcpProxy } from '../../support/tcp-proxy'
import { until } from '../../support/until'
import { startAnswer, untilStored } from '../support/answer'
import { clients } from './support/clients'

/** All ways to open a store. Clients are closed after the test. */
const ways: Record<string, (url: string) => Promise<RedisStoreOptions>> = {
  'opened by itself': async (url) => ({ url }),
  'through ioredis': (url) => given('ioredis', url),
  'through node-redis': (url) => given('node-redis', url),
}

async function given(client: keyof typeof clients, url: string): Promise<RedisStoreOptions> {
  const connected = await clients[client](url)
  onTestFinished(() => connected.close())
  return { client: connected.client }
}

describe.skipIf(findRedis() === undefined)('a Redis whose name leads to another server', () => {
  it.each(Object.entries(ways))(
    'makes every process use the new primary, though the old one keeps its connections, %s',
    async (_, way) => {
      const [old, next] = [await started(), await started()]
      await old.command('CONFIG SET repl-diskless-sync-delay 0')
      await next.command(`REPLICAOF 127.0.0.1 ${old.port}`)
      const name = await startTcpProxy(old.port)
      onTestFinished(() => name.close())
      const url = `redis://127.0.0.1:${name.port}`
      const [here, there] = [await opened(await way(url)), await opened(await way(url))]
      const answer = await startAnswer(here)
      answer.say('Before. ')
      await untilStored(there, answer.id, 'Before. ')
      const request = new Request('http://test.invalid/', { headers: { Accept: 'text/event-stream' } })
      const followed = (await there.read(request, answer.id)).text()
      await until(
        async () => (await next.command('DBSIZE')) === (await old.command('DBSIZE')),
        'the replica has it all',
      )

      const before = name.accepted
      await next.command('REPLICAOF NO ONE')
      name.leadTo(next.port)
      // It still serves reads, but gets no more changes.
      await old.command('REPLICAOF 127.0.0.1 1')
      answer.say('After.')
      expect(await here.createStream()).toEqual(expect.any(String))
      await untilStored(there, answer.id, 'After.')
      answer.finish()
      expect(await answer.whole).toBe('Before. After.')
      expect(await followed).toContain('event: end')
      expect(await there.getStreamBody(answer.id)).toMatchObject({ text: 'Before. After.', status: 'done' })
      // No connection to the old primary is used again, and reconnecting backs off.
      expect(name.accepted - before).toBeLessThan(10)
    },
  )

  it.each(Object.entries(ways))(
    'rejects in time, with the cause and the remedy, if no server takes writes, %s',
    async (_, way) => {
      const server = await started()
      const store = redisStore({ ...(await way(server.url)), timeoutMs: 1_000 })
      onTestFinished(() => store.dispose())
      await store.create('a', null)
      await server.command('REPLICAOF 127.0.0.1 1')
      const acts = [store.create('b', null), store.heads(['a']), store.read('a', 0, 1)]
      for (const error of await Promise.all(acts.map((act) => act.catch((error) => error)))) {
        expect(String(error)).toMatch(/within 1000 ms: READONLY.*connect to the primary/)
        expect(error).toMatchObject({ code: 'store', cause: expect.any(Error) })
      }
      await server.command('REPLICAOF NO ONE')
      expect(await store.heads(['a'])).toHaveLength(1)
    },
  )

  it('makes acts wait while it has no connection left, and reject in time with the remedy', async () => {
    const server = await started()
    const other = new Redis(server.url)
    onTestFinished(() => other.disconnect())
    await other.call('CONFIG', 'SET', 'maxclients', '1')
    const hurried = redisStore({ url: server.url, timeoutMs: 1_000 })
    await expect(hurried.heads(['a'])).rejects.toMatchObject({
      code: 'store',
      message: expect.stringMatching(/within 1000 ms: .*maxclients/),
    })
    await hurried.dispose()
    const store = redisStore({ url: server.url, timeoutMs: 20_000 })
    onTestFinished(() => store.dispose())
    const waiting = store.create('a', null)
    other.disconnect()
    expect(await waiting).toBe('created')
  })
})

async function started(): Promise<RedisServer> {
  const server = await startRedis()
  onTestFinished(() => server.stop())
  return server
}

async function opened(options: RedisStoreOptions) {
  const streams = createStreams({ store: redisStore(options), drainMs: 100, settleMs: 60_000, onError: () => {} })
  onTestFinished(() => streams.close())
  return streams
}
