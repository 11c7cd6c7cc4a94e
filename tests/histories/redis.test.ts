import { redisStore } from '@keepstream/server/redis'
import { afterAll, beforeAll, describe } from 'vitest'
import { connectedTarget } from '../../packages/server/tests/stores/connected-target'
import { findRedis } from '../runner/redis.mjs'
import { type RedisServer, startRedis } from '../support/redis-server'
import { describeHistories } from './describe-histories'

describe.skipIf(findRedis() === undefined)('a real Redis server', () => {
  let server: RedisServer
  let targets = 0
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  describeHistories('Redis', () => {
    const prefix = `history-${++targets}`
    return connectedTarget((now) => redisStore({ url: server.url, prefix, now }))
  })
})
