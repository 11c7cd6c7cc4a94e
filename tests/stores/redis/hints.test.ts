import type { StreamStore } from '@keepstream/server'
import { redisStore } from '@keepstream/server/redis'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findRedis } from '../../runner/redis.mjs'
import { type RedisServer, startRedis } from '../../support/redis-server'
import { until } from '../support/until'
import { clients, clusterClients } from './support/clients'

describe.skipIf(findRedis() === undefined)('hints of redisStore', () => {
  const undos: (() => unknown)[] = []
  let prefixes = 0
  afterEach(async () => {
    for (const undo of undos.splice(0).reverse()) await undo()
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
      const prefix = `hints-${prefixes}`
      const [writer, watcher] = await Promise.all(
        [1, 2].map(async () => {
          const { client, close } = await open(server.url)
          const store = redisStore({ client, prefix })
          undos.push(async () => {
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
      it('reach other processes, and nobody listens once nobody watches', async () => {
        const { writer, watcher, prefix } = await pair(open)
        const heard = new Set<string>()
        const unwatch = watcher.watch((id) => void heard.add(id))
        await until(async () => (await channelsOf(prefix)).includes(prefix), 'the watcher listens')
        await writer.create('a', null)
        await until(() => heard.has('a'), 'the watcher is told')
        unwatch()
        await until(async () => !(await channelsOf(prefix)).includes(prefix), 'nobody listens')
      })

      it('are heard again after the connection was lost', async () => {
        const { writer, watcher, prefix } = await pair(open)
        const heard = new Set<string>()
        watcher.watch((id) => void heard.add(id))
        await until(async () => (await channelsOf(prefix)).includes(prefix), 'the watcher listens')
        await server.command('CLIENT KILL TYPE pubsub')
        let count = 0
        await until(async () => {
          count += 1
          await writer.create(`again-${count}`, null)
          return heard.size > 0
        }, 'the watcher is told again')
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
      undos.push(() => store.dispose())
      return store
    }

    async function messagesOf(prefix: string): Promise<string[]> {
      const subscriber = new Redis(server.url)
      undos.push(() => subscriber.disconnect())
      const messages: string[] = []
      subscriber.on('message', (_channel, message) => messages.push(message))
      await subscriber.subscribe(`${prefix}:{hints}`)
      return messages
    }

    it('join ids, at most one every 50 ms, of a bounded size, and none is lost', async () => {
      const messages = await messagesOf('joined')
      const store = opened('joined')
      const ids = Array.from({ length: 700 }, (_, i) => `${i}-${'x'.repeat(40)}`)
      const begunAt = performance.now()
      await Promise.all(ids.slice(300).map((id) => store.create(id, null)))
      // And one after the other, for longer than one interval.
      for (const id of ids.slice(0, 300)) await store.create(id, null)
      const told = () => messages.flatMap((message) => (JSON.parse(message) as string[]).slice(1))
      await until(() => new Set(told()).size === ids.length, 'every id is told')
      expect(messages.length).toBeLessThanOrEqual((performance.now() - begunAt) / 50 + 1)
      expect(Math.max(...messages.map(({ length }) => length))).toBeLessThan(20_000)
      expect(messages.length).toBeLessThan(ids.length / 10)
    })

    it('are heard again after a connection of the store’s own was lost', async () => {
      const [writer, watcher] = [opened('again'), opened('again')]
      const heard = new Set<string>()
      watcher.watch((id) => void heard.add(id))
      const isListening = async () => (await server.command('PUBSUB CHANNELS again:*')).includes('again')
      await until(isListening, 'the watcher listens')
      await server.command('CLIENT KILL TYPE pubsub')
      await until(async () => !(await isListening()), 'the connection is lost')
      await until(isListening, 'it listens again')
      await writer.create('a', null)
      await until(() => heard.has('a'), 'the watcher is told again')
    })

    it('of somebody else on the channel harm nothing', async () => {
      const store = opened('noise')
      const heard: string[] = []
      store.watch((id) => heard.push(id))
      await until(async () => (await server.command('PUBSUB CHANNELS noise:*')).includes('noise'), 'it listens')
      for (const noise of ['nonsense', '{}', '[]', '["x",1,null,"a"]'])
        await server.command(`PUBLISH noise:{hints} '${noise}'`)
      await until(() => heard.includes('a'), 'the one id among it is told')
      expect(heard).toEqual(['a'])
    })

    it('wait for no answer: an act is done, and told here, while Redis takes no message', async () => {
      const store = opened('quiet')
      await store.create('warm', null)
      await server.command('ACL SETUSER default -publish')
      undos.push(() => server.command('ACL SETUSER default +publish'))
      const heard: string[] = []
      store.watch((id) => heard.push(id))
      expect(await store.create('a', null)).toBe('created')
      expect(heard).toEqual(['a'])
    })
  })
})
