import { type RedisHandle, redisStore } from '@keepstream/server/redis'
import { type StoreTarget, storeTestKit } from '@keepstream/server/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { connectedTarget } from '../../../packages/server/tests/stores/connected-target'
import { findRedis } from '../../runner/redis.mjs'
import { type RedisServer, startRedis } from '../../support/redis-server'
import { type ConnectedClient, clients, clusterClients } from './support/clients'

const seed = process.env['KEEPSTREAM_SEED']

describe.skipIf(findRedis() === undefined)('redisStore', () => {
  describe.each([
    { kind: 'a server', isCluster: false, connect: clients },
    { kind: 'a cluster', isCluster: true, connect: clusterClients },
  ])('on $kind', ({ isCluster, connect }) => {
    let server: RedisServer
    beforeAll(async () => {
      server = await startRedis({ cluster: isCluster })
    })
    afterAll(() => server?.stop())

    describe.each(Object.entries(connect))('with a client of %s', (_name, open) => {
      let connected: ConnectedClient
      beforeAll(async () => {
        connected = await open(server.url)
      })
      afterAll(() => connected?.close())
      for (const { name, run } of cases(() => target(server, { client: connected.client }))) it(name, run)
    })

    // On the cluster, a plain connection is refused anything that crosses slots.
    if (isCluster) {
      describe('with its own connection', () => {
        for (const { name, run } of cases(() => target(server, { url: server.url }))) it(name, run)
      })
    }
  })
})

function cases(create: () => Promise<StoreTarget>) {
  return storeTestKit({ create, runs: 6, ...(seed === undefined ? {} : { seed: Number(seed) }) })
}

type Connection = { readonly url: string } | { readonly client: RedisHandle }

let targets = 0

async function target(server: RedisServer, connection: Connection): Promise<StoreTarget> {
  // Each store has its own part of the server.
  targets += 1
  const prefix = `kit-${targets}`
  return {
    ...(await connectedTarget((now) => redisStore({ ...connection, prefix, now }))),
    async loseText(id, chunk) {
      const found = await server.command(`KEYS ${prefix}:*:text:${encodeURIComponent(id)}`)
      const key = /^kit-.*$/m.exec(found.replaceAll('\r', ''))?.[0]
      const range = chunk === 'first' ? 'XRANGE KEY - +' : 'XREVRANGE KEY + -'
      const entries = await server.command(`${range.replace('KEY', String(key))} COUNT 1`)
      const entry = /^\d+-1$/m.exec(entries.replaceAll('\r', ''))?.[0]
      await server.command(`XDEL ${key} ${entry}`)
    },
  }
}
