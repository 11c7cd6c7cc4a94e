import { afterAll, beforeAll, describe } from 'vitest'
import { findRedis } from '../runner/redis.mjs'
import { type RedisServer, startRedis } from '../support/redis-server'
import { describePlayground } from './describe-playground'
import { describeRandom } from './describe-random'
import { describeRoles } from './describe-roles'

describe.skipIf(findRedis() === undefined)('a real Redis server', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  // Streams have ids of their own, so that all tests may share the keys.
  const open = async () => ({ address: server.url, close: async () => undefined })
  describeRoles('Redis', open, { isShort: true })
  describeRandom('Redis', open)
  describePlayground('Redis', () => server.url)
})
