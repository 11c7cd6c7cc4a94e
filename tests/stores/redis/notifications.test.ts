import type { StreamStore } from '@keepstream/server'
import { redisStore } from '@keepstream/server/redis'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findRedis } from '../../runner/redis.mjs'
import { type RedisServer, startRedis } from '../../support/redis-server'
import { until } from '../../support/until'
import { clients, clusterClients } from './support/clients'

describe.skipIf(findRedis() === undefined)('change notifications of redisStore', () => {
  const disposals: (() => unknown)[] = []
  let prefixes = 0
  afterEach(async () => {
    for (const dispose of disposals.splice(0).reverse()) await dispose()
  })

  describe.each([
    { kind: 'a server', isCluster: false, connect: clients },
    { kind: 'a cluster', isCluster: true, connect: clusterClients },
  ])('on $kind', ({ isCluster, connect }) => {
    let server: RedisServer
    beforeAll(async () => {
      server = await startRedis({ cluster: isCluster })
    })
    afterAll(() => server?.stop())

    const channelsOf = (prefix: string) =>
      server.command(`PUBSUB ${isCluster ? 'SHARDCHANNELS' : 'CHANNELS'} ${prefix}:*`)

    /** Two processes: one that changes streams and one that watches them. */
    async function pair(open: (url: string) => Promise<Awaited<ReturnType<typeof clients.ioredis>>>) {
      prefixes += 1
      const prefix = `notified-${prefixes}`
      const [writer, watcher] = await Promise.all(
        [1, 2].map(async () => {
          const { client, close } = await open(server.url)
          const store = redisStore({ client, prefix })
          disposals.push(async () => {
            await store.dispose()
            close()
          })
          return store
        }),
      )
      if (writer === undefined || watcher === undefined) throw new Error('two stores')
      return { writer, watcher, prefix }
    }

    describe.each(Object.entries(connect))('through %s', (_name, open) => {
      it('reach other processes, and the store subscribes only while there is a watcher', async () => {
        const { writer, watcher, prefix } = await pair(open)
        const received = new Set<string>()
        const unwatch = watcher.watch((id) => void received.add(id))
        await until(async () => (await channelsOf(prefix)).includes(prefix), 'the watcher is subscribed')
        await writer.create('a', null)
        await until(() => received.has('a'), 'the watcher is notified')
        unwatch()
        await until(async () => !(await channelsOf(prefix)).includes(prefix), 'no store is subscribed')
      })

      it('arrive again after the connection was lost', async () => {
        const { writer, watcher, prefix } = await pair(open)
        const received = new Set<string>()
        watcher.watch((id) => void received.add(id))
        await until(async () => (await channelsOf(prefix)).includes(prefix), 'the watcher is subscribed')
        await server.command('CLIENT KILL TYPE pubsub')
        let count = 0
        await until(async () => {
          count += 1
          await writer.create(`again-${count}`, null)
          return received.size > 0
        }, 'the watcher is notified again')
      })
    })
  })

  describe('as messages', () => {
    let server: RedisServer
    beforeAll(async () => {
      server = await startRedis()
    })
    afterAll(() => server?.stop())

    function opened(prefix: string): StreamStore {
      const store = redisStore({ url: server.url, prefix })
      disposals.push(() => store.dispose())
      return store
    }

    async function messagesOf(prefix: string): Promise<string[]> {
      const subscriber = new Redis(server.url)
      disposals.push(() => subscriber.disconnect())
      const messages: string[] = []
      subscriber.on('message', (_channel, message) => messages.push(message))
      await subscriber.subscribe(`${prefix}:{hints}`)
      return messages
    }

    it('join ids, at most one message every 50 ms, of a bounded size, and none is lost', async () => {
      const messages = await messagesOf('joined')
      const store = opened('joined')
      const ids = Array.from({ length: 700 }, (_, i) => `${i}-${'x'.repeat(40)}`)
      const begunAt = performance.now()
      await Promise.all(ids.slice(300).map((id) => store.create(id, null)))
      // Then one after the other, for longer than one interval.
      for (const id of ids.slice(0, 300)) await store.create(id, null)
      const sent = () => messages.flatMap((message) => (JSON.parse(message) as string[]).slice(1))
      await until(() => new Set(sent()).size === ids.length, 'every id is sent')
      expect(messages.length).toBeLessThanOrEqual((performance.now() - begunAt) / 50 + 1)
      expect(Math.max(...messages.map(({ length }) => length))).toBeLessThan(20_000)
      expect(messages.length).toBeLessThan(ids.length / 10)
    })

    it('arrive again after a connection that the store opened was lost', async () => {
      const [writer, watcher] = [opened('again'), opened('again')]
      const received = new Set<string>()
      watcher.watch((id) => void received.add(id))
      const isListening = async () => (await server.command('PUBSUB CHANNELS again:*')).includes('again')
      await until(isListening, 'the watcher is subscribed')
      await server.command('CLIENT KILL TYPE pubsub')
      await until(async () => !(await isListening()), 'the connection is lost')
      await until(isListening, 'it is subscribed again')
      await writer.create('a', null)
      await until(() => received.has('a'), 'the watcher is notified again')
    })

    it('of other programs on the channel are ignored', async () => {
      const store = opened('noise')
      const received: string[] = []
      store.watch((id) => received.push(id))
      await until(async () => (await server.command('PUBSUB CHANNELS noise:*')).includes('noise'), 'it is subscribed')
      for (const noise of ['nonsense', '{}', '[]', '["x",1,null,"a"]'])
        await server.command(`PUBLISH noise:{hints} '${noise}'`)
      await until(() => received.includes('a'), 'the one id among them is received')
      expect(received).toEqual(['a'])
    })

    it('are not waited for: an act resolves, and notifies this process, while Redis accepts no message', async () => {
      const store = opened('quiet')
      await store.create('warm', null)
      await server.command('ACL SETUSER default -publish')
      disposals.push(() => server.command('ACL SETUSER default +publish'))
      const received: string[] = []
      store.watch((id) => received.push(id))
      expect(await store.create('a', null)).toBe('created')
      expect(received).toEqual(['a'])
    })
  })
})
