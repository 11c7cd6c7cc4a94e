import { expect, it } from 'vitest'
import { createCallRedis } from '../../src/stores/redis/connection/call-redis'
import type { RedisLink } from '../../src/stores/redis/connection/link'
import { type LinkSource, lentSource } from '../../src/stores/redis/connection/link-source'

it('a Redis call whose connection another call closed, because that timed out, reports no response either', async () => {
  const link = {} as RedisLink
  let cut = () => {}
  let isStalled = false
  const source: LinkSource = {
    get: async () => link,
    retire() {},
    retiredFor: () => undefined,
    stalled() {
      isStalled = true
      cut()
    },
    isStalled: () => isStalled,
    close() {},
  }
  const call = createCallRedis(source, 20)
  const silent = call(0, () => new Promise<never>(() => {}))
  await new Promise((resolve) => setTimeout(resolve, 5))
  const cutOff = call(0, () => new Promise<never>((_, reject) => (cut = () => reject(new Error('Disconnects client')))))
  for (const error of await Promise.all([silent, cutOff].map((each) => each.catch((error: unknown) => error)))) {
    expect(String(error)).toContain('redisStore got no response within 20 ms')
  }
})

it('a Redis call over the client of the application reports its own error, also after another call timed out', async () => {
  const call = createCallRedis(
    lentSource({} as RedisLink, () => Promise.reject(new Error('not opened here'))),
    20,
  )
  await expect(call(0, () => new Promise<never>(() => {}))).rejects.toThrow('redisStore got no response within 20 ms')
  await expect(call(0, () => Promise.reject(new Error('OOM command not allowed')))).rejects.toThrow('OOM command')
})
