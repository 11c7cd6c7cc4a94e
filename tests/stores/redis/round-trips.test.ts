import { redisStore } from '@keepstream/server/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findRedis } from '../../runner/redis.mjs'
import { type RedisServer, startRedis } from '../../support/redis-server'
import { roundTripsOfActs, roundTripsOfStream } from '../support/round-trips'

/** A client that counts the scripts that it runs. */
class CountingRedis extends Redis {
  private scripts = 0

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    if (args[0].name.toLowerCase().startsWith('eval')) this.scripts += 1
    return super.sendCommand(...args)
  }

  readonly take = () => {
    const taken = this.scripts
    this.scripts = 0
    return taken
  }
}

describe.skipIf(findRedis() === undefined)('commands of redisStore', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  function opened(prefix: string, now?: () => number) {
    const client = new CountingRedis(server.url)
    const store = redisStore({ client, prefix, ...(now && { now }) })
    onTestFinished(async () => {
      await store.dispose()
      client.disconnect()
    })
    return { store, take: client.take }
  }

  it('RD11 each act takes one, and two only where it must read first', async () => {
    let now = 1_700_000_000_000
    const advance = (ms: number) => {
      now += ms
    }
    const { store, take } = opened('acts', () => now)
    expect(await roundTripsOfActs(store, take, advance)).toEqual({
      create: 1,
      claim: 1,
      'claim again': 2,
      'claim, busy': 1,
      append: 1,
      'append, conflict': 1,
      beat: 1,
      stop: 1,
      'stop, pending': 2,
      close: 1,
      'close again': 1,
      'claim, ended': 1,
      'expire, kept': 1,
      expire: 2,
      'take over': 2,
      read: 1,
      meta: 1,
      heads: 1,
      delete: 1,
      'claim, gone': 1,
    })
  })

  it('RD11 a small stream takes three from its creation to its end, one more for each slice, and one more if it is followed here', async () => {
    const { store, take } = opened('streams')
    const answer = { slices: [], rest: 'One sentence. And another one.', isFollowed: false }
    const sliced = { ...answer, slices: ['One sentence. '], rest: 'And another one.' }
    // The first stream loads the scripts.
    await roundTripsOfStream(store, take, sliced)
    expect(await roundTripsOfStream(store, take, answer)).toBe(3)
    expect(await roundTripsOfStream(store, take, sliced)).toBe(4)
    expect(await roundTripsOfStream(store, take, { ...answer, isFollowed: true })).toBe(4)
    expect(await roundTripsOfStream(store, take, { ...sliced, isFollowed: true })).toBe(5)
  })
})
