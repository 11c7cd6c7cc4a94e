import { expect, it } from 'vitest'
import { createCallRedis } from '../../src/stores/redis/connection/call-redis'
import type { RedisLink } from '../../src/stores/redis/connection/link'
import type { LinkSource } from '../../src/stores/redis/connection/link-source'

it('a Redis call whose connection another call closed, because that timed out, reports no response either', async () => {
  const link = {} as RedisLink
  let cut = () => {}
  let isStalled = false
  const source: LinkSource = {
    get: async () => link,
    retire() {},
    isRetired: () => false,
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
