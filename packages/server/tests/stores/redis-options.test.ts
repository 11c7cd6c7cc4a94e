import { type RedisStoreOptions, redisStore } from '@keepstream/server/redis'
import { describe, expect, it } from 'vitest'
import { openClient, type RedisClientModule } from '../../src/stores/redis/connection/open-client'

describe('redisStore', () => {
  const url = 'redis://127.0.0.1:1'
  const refused = (options: object) => () => redisStore(options as RedisStoreOptions)

  it('refuses invalid options, and says what to pass', () => {
    expect(refused({})).toThrow(/@keepstream\/server: option 'redisStore' .*either \{ url \}.* or \{ client \}/)
    expect(refused({ url: '' })).toThrow(/either \{ url \}/)
    expect(refused({ url, timeoutMS: 1 })).toThrow(/'redisStore[.]timeoutMS' cannot be used.*timeoutMs/)
    for (const name of ['timeoutMs', 'pendingMs', 'expireMs']) {
      expect(refused({ url, [name]: -1 })).toThrow(new RegExp(`'redisStore[.]${name}' .*from 1 .*-1`))
    }
    for (const prefix of ['', 'a{b', 'a}b', 7]) expect(refused({ url, prefix })).toThrow(/prefix.*without braces/)
    for (const client of [null, 7, {}, { duplicate() {} }, { sendCommand() {} }]) {
      expect(refused({ client })).toThrow(/client.*ioredis.*node-redis/)
    }
  })

  it('can be created and disposed without a server', async () => {
    const store = redisStore({ url })
    await store.dispose()
    await expect(store.heads(['a'])).rejects.toMatchObject({
      code: 'store',
      message: expect.stringContaining('disposed'),
    })
  })

  it('says what to install if there is no client', async () => {
    const clients: RedisClientModule[] = ['ioredis-not-there', 'redis-not-there'].map((module) => ({
      module,
      start: () => expect.unreachable('nothing is there to start'),
    }))
    const opening = openClient(url, 1_000, clients)
    await expect(opening).rejects.toMatchObject({
      code: 'store',
      message: expect.stringMatching(/npm install ioredis, or redis/),
    })
    await opening.catch(({ cause }: { cause: AggregateError }) => expect(cause.errors).toHaveLength(2))
  })
})
