import { type RedisHandle, redisStore } from '@keepstream/server/redis'
import { type Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { findRedis } from '../../runner/redis.mjs'
import { type RedisServer, startRedis } from '../../support/redis-server'
import { until } from '../../support/until'
import { clients } from './support/clients'

describe.skipIf(findRedis() === undefined)('connections of redisStore', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  async function connections(): Promise<number> {
    // Without the connection that counts.
    return Number(/connected_clients:(\d+)/.exec(await server.command('INFO clients'))?.[1]) - 1
  }

  it('that it opens are opened by the first act, only one for concurrent acts, and closed by dispose', async () => {
    const before = await connections()
    const store = redisStore({ url: server.url })
    expect(await connections()).toBe(before)
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.create(`many-${i}`, null)))
    expect(await connections()).toBe(before + 1)
    store.watch(() => {})
    await until(async () => (await connections()) === before + 2, 'it is subscribed')
    await store.dispose()
    await until(async () => (await connections()) === before, 'both are closed')
  })

  it.each(Object.entries(clients))(
    'of %s that were injected stay open, but for the one that listened',
    async (_, open) => {
      const { client, close } = await open(server.url)
      onTestFinished(close)
      const before = await connections()
      const store = redisStore({ client })
      const unwatch = store.watch(() => {})
      await until(async () => (await connections()) === before + 1, 'it is subscribed')
      unwatch()
      await until(async () => (await connections()) === before, 'no store is subscribed')
      store.watch(() => {})
      await until(async () => (await connections()) === before + 1, 'it is subscribed again')
      await store.dispose()
      await until(async () => (await connections()) === before, 'only the given one is left')
      const next = redisStore({ client })
      expect(await next.create(crypto.randomUUID(), null)).toBe('created')
    },
  )

  it('may return other types, and have their own key prefix', async () => {
    const strings = new Redis(server.url, { stringNumbers: true, keyPrefix: 'app:' })
    onTestFinished(() => strings.disconnect())
    const buffers = createClient({ url: server.url, commandOptions: { typeMapping: { 36: Buffer } } })
    await buffers.connect()
    onTestFinished(() => buffers.destroy())
    for (const client of [strings, buffers]) {
      const store = redisStore({ client, prefix: 'types' })
      await store.create('a', { kept: true })
      await store.claim('a', { owner: 'o', leaseMs: 1_000, canTakeOver: false })
      expect(await store.append('a', { epoch: 1, offset: 0, text: 'é' })).toEqual({
        type: 'ok',
        offset: 1,
        stopRequested: false,
      })
      expect(await store.read('a', 0, 1)).toMatchObject({
        head: { status: 'streaming' },
        text: 'é',
      })
      expect(await store.readMeta('a')).toEqual({ kept: true })
      await store.dispose()
    }
    expect(await server.command('KEYS app:types:*:text:a')).toContain('app:types:')
  })

  it('that are refused or need a password fail the act in time, and show no secret', async () => {
    await server.command('CONFIG SET requirepass s3cret-of-the-server')
    const refusals: unknown[] = []
    for (const url of [server.url, server.url.replace('//', '//:s3cret-guess@'), 'redis://:s3cret-guess@127.0.0.1:1']) {
      const store = redisStore({ url, timeoutMs: 2_000 })
      await store.heads(['a']).catch((error: unknown) => refusals.push(error))
      await store.dispose()
    }
    await command(server, 'AUTH s3cret-of-the-server', "CONFIG SET requirepass ''")
    expect(refusals).toHaveLength(3)
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ code: 'store', cause: expect.any(Error) })
      expect(String(refusal)).not.toContain('s3cret')
    }
    expect(String(refusals[0])).toMatch(/NOAUTH/)
  })

  it('accept both clients by their types', () => {
    expectTypeOf<Redis>().toExtend<RedisHandle>()
    expectTypeOf<Cluster>().toExtend<RedisHandle>()
    expectTypeOf(createClient()).toExtend<RedisHandle>()
    expectTypeOf(createCluster({ rootNodes: [] })).toExtend<RedisHandle>()
    // @ts-expect-error a client or a URL, not both
    expect(() => redisStore({ url: server.url, client: new Redis({ lazyConnect: true }) })).toThrow(/either/)
  })
})

/** Several commands over one connection. */
async function command(server: RedisServer, ...lines: string[]): Promise<void> {
  await server.command(lines.join('\r\n'))
}
