import { readFileSync } from 'node:fs'
import { redisStore } from '@keepstream/server/redis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findRedis } from '../../runner/redis.mjs'
import { startRedis } from '../../support/redis-server'
import { until } from '../../support/until'
import { clients, clusterClients } from './support/clients'

const docs = readFileSync(new URL('../../../docs/redis.md', import.meta.url), 'utf8')
const user = /ACL SETUSER app[^`]*/.exec(docs)?.[0].replaceAll(/\s+/g, ' ').trim() ?? ''
const forClusters = /In a cluster the client needs `([^`]*)` too/.exec(docs)?.[1] ?? ''

describe.skipIf(findRedis() === undefined)('the rights that docs/redis.md names', () => {
  it.each([
    { kind: 'a server', isCluster: false, connect: clients },
    { kind: 'a cluster', isCluster: true, connect: clusterClients },
  ])('are enough for every act and for change notifications on $kind', async ({ isCluster, connect }) => {
    expect(user).toContain('+xadd')
    expect(forClusters).toContain('+cluster|slots')
    const server = await startRedis({ cluster: isCluster })
    onTestFinished(server.stop)
    expect(await server.command(isCluster ? `${user} ${forClusters}` : user)).toContain('+OK')
    for (const [name, open] of Object.entries<(typeof clients)['ioredis']>(connect)) {
      const { client, close } = await open(server.url.replace('//', '//app:password@'))
      onTestFinished(close)
      const [store, other] = [redisStore({ client, expireMs: 60_000 }), redisStore({ client })]
      onTestFinished(async () => {
        await Promise.all([store.dispose(), other.dispose()])
      })
      const id = `stream of ${name}`
      const received: string[] = []
      other.watch((changed) => received.push(changed))
      await store.create(id, null)
      await store.claim(id, { owner: 'o', leaseMs: 1_000, canTakeOver: false })
      await store.append(id, { epoch: 1, offset: 0, text: 'text' })
      await store.beat(id, 1)
      expect((await store.read(id, 0, 10))?.text).toBe('text')
      await until(async () => {
        await store.requestStop(id)
        await store.create(crypto.randomUUID(), null)
        return received.length > 0
      }, `${name} is notified`)
      expect(await store.close(id, { epoch: 1, offset: 4, text: '', status: 'stopped' })).toMatchObject({ type: 'ok' })
      expect(await store.sweep({ olderThanMs: 0, limit: 10 })).toEqual([id])
      expect(await store.delete(id)).toBe(false)
    }
  })
})
