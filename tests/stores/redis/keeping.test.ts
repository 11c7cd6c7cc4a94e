import { createStreams } from '@keepstream/server'
import { redisStore } from '@keepstream/server/redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findRedis } from '../../runner/redis.mjs'
import { type RedisServer, startRedis } from '../../support/redis-server'
import { until } from '../../support/until'
import { startAnswer, untilStored } from '../support/answer'

const claim = { owner: 'o', leaseMs: 60_000, canTakeOver: false }

describe.skipIf(findRedis() === undefined)('data in redisStore', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  function opened(options: Partial<Parameters<typeof redisStore>[0]> = {}) {
    const store = redisStore({ url: server.url, ...options } as Parameters<typeof redisStore>[0])
    onTestFinished(() => store.dispose())
    return store
  }

  async function bytesSent(): Promise<number> {
    return Number(/total_net_output_bytes:(\d+)/.exec(await server.command('INFO stats'))?.[1])
  }

  it('P10 is read by ranges: neither the rest of the text nor the meta is sent', async () => {
    const store = opened({ prefix: 'linear' })
    const meta = { chat: 'm'.repeat(50_000) }
    await store.create('a', meta)
    await store.claim('a', claim)
    const slice = 'A sentence as long as most are, so about this long. '
    const rows = 2_000
    for (let i = 0; i < rows; i += 1) await store.append('a', { epoch: 1, offset: i * slice.length, text: slice })
    const end = rows * slice.length
    expect(await store.readMeta('a')).toEqual(meta)

    const before = await bytesSent()
    const reads = 200
    for (let i = 0; i < reads; i += 1) {
      const range = await store.read('a', end - (i + 1) * 100, 100)
      expect(range?.text).toBe(slice.repeat(rows).slice(end - (i + 1) * 100, end - i * 100))
    }
    for (let i = 0; i < reads; i += 1) expect(await store.read('a', end, 1_000)).toMatchObject({ text: '' })
    // A record and at most three rows, each time.
    expect((await bytesSent()) - before).toBeLessThan(reads * 2 * 1_500)
  })

  it('expires by itself after expireMs, all keys together, and only if the stream has ended', async () => {
    const store = opened({ prefix: 'expiring', expireMs: 60_000 })
    for (const id of ['done', 'running', 'stopped', 'pending']) await store.create(id, null)
    for (const id of ['done', 'running']) {
      await store.claim(id, claim)
      await store.append(id, { epoch: 1, offset: 0, text: 'text' })
    }
    await store.close('done', { epoch: 1, offset: 4, text: '.', status: 'done' })
    await store.requestStop('stopped')
    const ttl = async (kind: string, id: string) =>
      Number((await server.command(`PTTL ${await keyOf(kind, id)}`)).slice(1))
    for (const [kind, id] of [
      ['record', 'done'],
      ['text', 'done'],
      ['record', 'stopped'],
    ] as const) {
      expect(await ttl(kind, id), `${kind} of ${id}`).toBeGreaterThan(0)
      expect(await ttl(kind, id), `${kind} of ${id}`).toBeLessThanOrEqual(60_000)
    }
    for (const [kind, id] of [
      ['record', 'running'],
      ['text', 'running'],
      ['record', 'pending'],
    ] as const) {
      expect(await ttl(kind, id), `${kind} of ${id}`).toBe(-1)
    }
    expect([...(await store.sweep({ olderThanMs: 0, limit: 10 }))].sort()).toEqual(['done', 'stopped'])

    async function keyOf(kind: string, id: string): Promise<string> {
      const reply = await server.command(`KEYS expiring:*:${kind}:${id}`)
      return /^expiring:.*$/m.exec(reply.replaceAll('\r', ''))?.[0] ?? `no ${kind} of ${id}`
    }
  })

  it('leaves nothing in an index after it expired by itself, swept or not', async () => {
    const store = opened({ prefix: 'gone', expireMs: 20 })
    const ids = Array.from({ length: 300 }, (_, i) => `gone-${i}`)
    const keys = async () =>
      (await server.command('KEYS gone:*')).split('\r\n').filter((line) => line.startsWith('gone:'))
    for (const id of ids) {
      await store.create(id, null)
      await store.requestStop(id)
    }
    await until(async () => (await store.heads(ids)).length === 0, 'the streams have expired')
    expect(await keys()).not.toEqual([])
    expect(await store.sweep({ olderThanMs: 0, limit: 1_000 })).toEqual([])
    expect(await keys()).toEqual([])
  })

  it('leaves an index without a sweep too, as other streams end', async () => {
    const store = opened({ prefix: 'reaped', expireMs: 20 })
    const end = async (id: string) => {
      await store.create(id, null)
      await store.requestStop(id)
    }
    const names = async () => {
      const indexes = (await server.command('KEYS reaped:*:index'))
        .split('\r\n')
        .filter((line) => line.startsWith('reaped:'))
      const lists = await Promise.all(indexes.map((index) => server.command(`ZRANGE ${index} 0 -1`)))
      return lists
        .join('\r\n')
        .split('\r\n')
        .filter((line) => line.startsWith('old-'))
    }
    const ids = Array.from({ length: 100 }, (_, i) => `old-${i}`)
    await Promise.all(ids.map(end))
    expect((await names()).length).toBeGreaterThan(60)
    await until(async () => (await store.heads(ids)).length === 0, 'the streams have expired')
    // This many streams are in nine of ten of the 256 buckets.
    await Promise.all(Array.from({ length: 600 }, (_, i) => end(`new-${i}`)))
    expect((await names()).length).toBeLessThan(30)
  })

  it('is refused, and not returned wrong, when Redis has lost only the text or only the record', async () => {
    const store = opened({ prefix: 'evicted' })
    await store.create('a', null)
    await store.claim('a', claim)
    for (let i = 0; i < 3; i += 1) await store.append('a', { epoch: 1, offset: i * 5, text: 'text ' })
    const [key] = /evicted:\{\d+\}:text:a/.exec(await server.command('KEYS evicted:*')) ?? ['none']
    await server.command(`XDEL ${key} 5-1`)
    expect((await store.read('a', 10, 5))?.text).toBe('text ')
    await expect(store.read('a', 0, 15)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/noeviction/),
    })
    await server.command(`DEL ${key}`)
    await expect(store.read('a', 0, 1)).rejects.toMatchObject({ code: 'corrupt' })
    expect(await store.read('a', 15, 10)).toMatchObject({ text: '' })

    await server.command(`DEL ${key.replace(':text:', ':record:')}`)
    expect(await store.append('a', { epoch: 1, offset: 15, text: 'x' })).toEqual({ type: 'gone' })
    expect(await store.read('a', 0, 10)).toBeUndefined()
  })

  it.each([
    ['all of it, as Redis evicts it', (key: string) => `DEL ${key}`],
    ['some of it', (key: string) => `XDEL ${key} 0-1`],
    ['the end of it', (key: string) => `XTRIM ${key} MAXLEN 0`],
  ])(
    'stops a live run when it has lost %s: no more is stored, and the run does not end as done',
    async (name, lose) => {
      for (const rest of ['More.', '']) {
        const prefix = `lost-${name.slice(0, 3)}-${rest.length}`
        const errors: unknown[] = []
        const store = opened({ prefix })
        const streams = createStreams({ store, onError: (error) => errors.push(error), drainMs: 0 })
        onTestFinished(() => streams.close())
        const answer = await startAnswer(streams)
        answer.say('Before. ')
        await untilStored(streams, answer.id, 'Before. ')
        const [key] = new RegExp(`${prefix}:\\{\\d+\\}:text:\\S+`).exec(await server.command(`KEYS ${prefix}:*`)) ?? [
          'none',
        ]
        expect(await server.command(lose(key))).not.toContain('-ERR')
        if (rest !== '') answer.say(rest)
        answer.finish()
        const head = async () => (await store.heads([answer.id]))[0]
        await until(async () => (await head())?.status === 'error', 'the run ends')
        expect(await head()).toMatchObject({ error: 'corrupt', offset: 8 })
        expect(errors).toMatchObject([{ code: 'corrupt', message: expect.stringMatching(/noeviction/) }])
        expect(await server.command(`XLEN ${key}`)).toBe(':0\r\n')
      }
    },
  )

  it('is refused with the remedy when Redis is full, and the stream does not change', async () => {
    const store = opened({ prefix: 'full' })
    await store.create('a', null)
    await store.claim('a', claim)
    await server.command('CONFIG SET maxmemory 1')
    onTestFinished(() => void server.command('CONFIG SET maxmemory 0'))
    const append = store.append('a', { epoch: 1, offset: 0, text: 'x' })
    await expect(append).rejects.toMatchObject({
      code: 'store',
      message: expect.stringMatching(/maxmemory/),
      cause: expect.any(Error),
    })
    await server.command('CONFIG SET maxmemory 0')
    expect(await store.append('a', { epoch: 1, offset: 0, text: 'x' })).toMatchObject({ type: 'ok', offset: 1 })
  })

  it('cannot be written under a claim on an earlier stream with its id', async () => {
    const [store, other] = [opened({ prefix: 'again' }), opened({ prefix: 'again' })]
    await store.create('a', null)
    await store.claim('a', claim)
    await other.delete('a')
    await other.create('a', null)
    const conflict = { type: 'conflict', head: { status: 'pending', epoch: 0, offset: 0 } }
    expect(await store.append('a', { epoch: 1, offset: 0, text: 'x' })).toMatchObject(conflict)
    expect(await store.beat('a', 1)).toMatchObject(conflict)
    expect(await store.close('a', { epoch: 1, offset: 0, text: '', status: 'done' })).toMatchObject(conflict)
    expect((await store.heads(['a']))[0]).toMatchObject({ status: 'pending', epoch: 0 })
  })

  it('uses the clock of the server by default', async () => {
    const store = opened({ prefix: 'clock' })
    await store.create('a', null)
    await store.claim('a', { ...claim, leaseMs: 1 })
    await until(
      async () => (await store.heads(['a']))[0]?.isLapsed === true,
      'the stream has lapsed by the server’s clock',
    )
    expect(await store.expire('a', 1)).toMatchObject({ type: 'expired', head: { status: 'timeout' } })
    expect(await store.sweep({ olderThanMs: 60_000, limit: 1 })).toEqual([])
    expect(await store.sweep({ olderThanMs: 0, limit: 1 })).toEqual(['a'])
  })

  it('is found after the server has dropped the scripts', async () => {
    const store = opened({ prefix: 'scripts' })
    await store.create('a', null)
    await server.command('SCRIPT FLUSH')
    await store.claim('a', claim)
    expect(await store.append('a', { epoch: 1, offset: 0, text: 'x' })).toMatchObject({ type: 'ok' })
    expect((await store.read('a', 0, 1))?.text).toBe('x')
  })
})
