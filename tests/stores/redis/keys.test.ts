import { redisStore } from '@keepstream/server/redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findRedis } from '../../runner/redis.mjs'
import { type RedisServer, startRedis } from '../../support/redis-server'

describe.skipIf(findRedis() === undefined)('keys of redisStore', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis({ cluster: true })
  })
  afterAll(() => server?.stop())

  function opened(options: Partial<Parameters<typeof redisStore>[0]> = {}) {
    const store = redisStore({ url: server.url, ...options } as Parameters<typeof redisStore>[0])
    onTestFinished(() => store.dispose())
    return store
  }

  async function keys(): Promise<string[]> {
    return (await server.command('KEYS *')).split('\r\n').filter((line) => !/^([*$]\d+)?$/.test(line))
  }

  // A cluster refuses an act whose keys are in two slots, and none of these ids may be mistaken for another.
  const strange = [
    ...[
      '',
      '{',
      '}',
      '{}',
      '}{',
      '{0}',
      '}:record:a{',
      'a{b}c',
      '{{a}}',
      '%',
      '%7B',
      '\\',
      '"',
      '*',
      '[a-z]?',
      ' ',
      '\n',
      '\r\n',
    ],
    ...[
      '\u0000',
      '\ud800',
      '\ud801',
      '\udc00\ud800',
      '\ufffd',
      '\ufeff',
      'é',
      'e\u0301',
      '\u{1f600}',
      'a:b',
      'keepstream',
    ],
    'long'.repeat(1_000),
  ]

  it('accept any id, use one slot for each stream, and leave nothing behind', async () => {
    const store = opened({ prefix: 'mine' })
    const claim = { owner: 'o', leaseMs: 1_000, canTakeOver: false }
    for (const [i, id] of strange.entries()) {
      expect(await store.create(id, i), JSON.stringify(id)).toBe('created')
      expect(await store.claim(id, claim)).toMatchObject({ type: 'claimed', epoch: 1 })
      expect(await store.append(id, { epoch: 1, offset: 0, text: `text ${i}` })).toMatchObject({ type: 'ok' })
    }
    for (const [i, id] of strange.entries()) {
      expect(await store.read(id, 0, 100), JSON.stringify(id)).toMatchObject({
        head: { id },
        text: `text ${i}`,
      })
      expect(await store.readMeta(id)).toBe(i)
      await store.close(id, { epoch: 1, offset: `text ${i}`.length, text: '', status: 'done' })
    }
    expect((await store.heads(strange)).map(({ id }) => id).sort()).toEqual([...strange].sort())
    for (const key of await keys()) expect(key).toMatch(/^mine:\{\d{1,3}\}:(record|text|index|expiring)(:[^{}]*)?$/)

    const swept = await store.sweep({ olderThanMs: 0, limit: 5 })
    expect(swept).toHaveLength(5)
    for (const id of strange) expect(await store.delete(id)).toBe(!swept.includes(id))
    expect(await keys()).toEqual([])
  })

  it('of another prefix are another store', async () => {
    const [one, other] = [opened({ prefix: 'one' }), opened({ prefix: 'other' })]
    await one.create('a', null)
    expect(await other.heads(['a'])).toEqual([])
    expect(await other.sweep({ olderThanMs: 0, limit: 10 })).toEqual([])
    expect(await other.delete('a')).toBe(false)
    expect(await one.delete('a')).toBe(true)
  })

  it('spread over the servers of a cluster', async () => {
    const slots = await Promise.all(
      Array.from({ length: 256 }, async (_, bucket) =>
        Number((await server.command(`CLUSTER KEYSLOT p:{${bucket}}:index`)).slice(1)),
      ),
    )
    for (const servers of [2, 3, 5, 6, 10, 16]) {
      const shares = Array<number>(servers).fill(0)
      for (const slot of slots)
        shares[Math.floor((slot / 16_384) * servers)] = (shares[Math.floor((slot / 16_384) * servers)] ?? 0) + 1
      expect(Math.max(...shares), `the largest of ${servers} shares: ${shares}`).toBeLessThan((256 / servers) * 2)
    }
  })

  it('of random ids spread over the buckets', async () => {
    const store = opened({ prefix: 'spread' })
    const ids = Array.from({ length: 2_000 }, () => crypto.randomUUID())
    await Promise.all(ids.map((id) => store.create(id, null)))
    const sizes = new Map<string, number>()
    for (const key of await keys()) {
      const bucket = /^spread:(\{\d+\}):record:/.exec(key)?.[1]
      if (bucket !== undefined) sizes.set(bucket, (sizes.get(bucket) ?? 0) + 1)
    }
    expect(sizes.size).toBeGreaterThan(230)
    expect(Math.max(...sizes.values())).toBeLessThan(30)
  })
})
