import { createStreams, type StreamServerError, type Streams } from '@keepstream/server'
import { redisStore } from '@keepstream/server/redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findRedis } from '../../runner/redis.mjs'
import { type RedisServer, startRedis } from '../../support/redis-server'
import { until } from '../../support/until'
import { startAnswer, untilStored } from '../support/answer'
import { type ConnectedClient, clients } from './support/clients'

const leaseMs = 45_000

describe.skipIf(findRedis() === undefined)('a Redis that fails in the middle of an answer', () => {
  const disposals: (() => unknown)[] = []
  let storeNow: number
  let server: RedisServer

  beforeEach(() => {
    storeNow = 1_700_000_000_000
  })
  afterEach(async () => {
    for (const dispose of disposals.splice(0).reverse()) await dispose()
  })

  async function started(options: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
    server = await startRedis(options)
    disposals.push(() => server.stop())
    return server
  }

  /** One server process of an application. */
  async function process(connection: Connection) {
    const connected: ConnectedClient | undefined =
      connection === 'url' ? undefined : await clients[connection](server.url)
    const failures: unknown[] = []
    const streams: Streams = createStreams({
      store: redisStore({
        ...(connected === undefined ? { url: server.url } : { client: connected.client }),
        now: () => storeNow,
        timeoutMs: 1_000,
      }),
      leaseMs,
      drainMs: 100,
      settleMs: 1_000,
      onError: (error) => failures.push(error),
    })
    disposals.push(async () => {
      await streams.close()
      connected?.close()
    })
    return { streams, failures }
  }

  describe.each<Connection>(['url', 'ioredis', 'node-redis'])('over %s', (connection) => {
    it('that stalls for longer than two leases loses nothing, delays no driver, and ends no healthy run', async () => {
      await started({ appendOnly: true })
      const here = await process(connection)
      const there = await process(connection)
      const answer = await startAnswer(here.streams)
      answer.say('Before. ')
      await untilStored(here.streams, answer.id, 'Before. ')
      const followed = await follow(there.streams, answer.id)

      server.pause()
      answer.say('Meanwhile. ')
      await until(() => answer.shown().endsWith('Meanwhile. '), 'the driver gets the text while Redis is stalled')
      await until(() => here.failures.length > 1 && there.failures.length > 0, 'both processes report the failure')
      storeNow += 3 * leaseMs
      server.resume()

      answer.say('After.')
      await untilStored(there.streams, answer.id, 'After.')
      answer.finish()
      const text = 'Before. Meanwhile. After.'
      expect(await answer.whole).toBe(text)
      expect(await there.streams.getStreamBody(answer.id)).toMatchObject({ text, status: 'done' })
      expect(await followed.whole).toContain('event: end')
      for (const failure of here.failures)
        expect(failure).toMatchObject({ code: 'store' } satisfies Partial<StreamServerError>)
    })

    it('that is killed and comes back with its append-only file loses nothing', async () => {
      await started({ appendOnly: true })
      const here = await process(connection)
      const there = await process(connection)
      const answer = await startAnswer(here.streams)
      answer.say('Before. ')
      await untilStored(there.streams, answer.id, 'Before. ')
      const followed = await follow(there.streams, answer.id)

      await server.kill()
      answer.say('Meanwhile. ')
      await until(() => answer.shown().endsWith('Meanwhile. '), 'the driver gets the text without Redis')
      await until(() => here.failures.length > 0 && there.failures.length > 0, 'both processes report the failure')
      storeNow += 3 * leaseMs
      await server.restart()

      answer.say('After.')
      await untilStored(there.streams, answer.id, 'After.')
      answer.finish()
      expect(await answer.whole).toBe('Before. Meanwhile. After.')
      const stored = { text: 'Before. Meanwhile. After.', status: 'done' }
      expect(await there.streams.getStreamBody(answer.id)).toMatchObject(stored)
      expect(await followed.whole).toContain('event: end')
    })
  })

  it('that comes back without its last writes gets them again from memory', async () => {
    await started({})
    const { streams } = await process('url')
    const answer = await startAnswer(streams)
    answer.say('Kept. ')
    await untilStored(streams, answer.id, 'Kept. ')
    await server.command('SAVE')
    answer.say('Lost. ')
    await untilStored(streams, answer.id, 'Lost. ')

    await server.kill()
    await server.restart()
    await until(async () => (await bodyOf(streams, answer.id)) === 'Kept. ', 'the last text is lost')
    answer.say('New.')
    answer.finish()
    expect(await answer.whole).toBe('Kept. Lost. New.')
    expect(await streams.getStreamBody(answer.id)).toMatchObject({ text: 'Kept. Lost. New.', status: 'done' })
  })

  it('that comes back without the claim gets it again, with all of the text', async () => {
    await started({})
    const { streams } = await process('url')
    const id = await streams.createStream()
    await server.command('SAVE')
    const answer = await startAnswer({ ...streams, createStream: async () => id })
    answer.say('Lost. ')
    await untilStored(streams, id, 'Lost. ')

    await server.kill()
    await server.restart()
    await until(async () => (await bodyOf(streams, id)) === '', 'text and claim are lost')
    answer.say('New.')
    answer.finish()
    expect(await answer.whole).toBe('Lost. New.')
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'Lost. New.', status: 'done' })
  })

  it('that comes back without the claim lets only one of two owners of its epoch write', async () => {
    await started({})
    const first = store()
    const second = store()
    const claim = { leaseMs, canTakeOver: false }
    await first.create('a', null)
    await server.command('SAVE')
    expect(await first.claim('a', { ...claim, owner: 'first' })).toMatchObject({ type: 'claimed', epoch: 1 })
    await first.append('a', { epoch: 1, offset: 0, text: 'first' })

    await server.kill()
    await server.restart()
    await until(() => second.heads(['a']).then(...isFulfilled), 'Redis responds again')
    expect(await second.claim('a', { ...claim, owner: 'second' })).toMatchObject({ type: 'claimed', epoch: 1 })
    await second.append('a', { epoch: 1, offset: 0, text: 'other' })
    await until(() => first.heads(['a']).then(...isFulfilled), 'Redis responds again')
    expect(await first.beat('a', 1)).toEqual({ type: 'gone' })
    expect(await second.append('a', { epoch: 1, offset: 5, text: '!' })).toMatchObject({ type: 'ok', offset: 6 })
    expect((await second.read('a', 0, 100))?.text).toBe('other!')

    function store() {
      const opened = redisStore({ url: server.url, timeoutMs: 1_000 })
      disposals.push(() => opened.dispose())
      return opened
    }
  })

  it('rejects in time, with the cause, and holds only a few waiting acts', async () => {
    await started({})
    const { client, close } = await clients.ioredis(server.url)
    disposals.push(close)
    const store = redisStore({ client, timeoutMs: 500 })
    disposals.push(() => store.dispose())
    await store.create('a', null)
    server.pause()
    const acts = await Promise.all(Array.from({ length: 5 }, () => rejection(store.beat('a', 1))))
    expect(acts.map(({ code }) => code)).toEqual(Array(5).fill('store'))
    expect(acts[0]?.message).toMatch(/no response within 500 ms/)
    // The client holds these until Redis is back.
    expect((await rejection(store.beat('a', 1))).message).toMatch(/still waits for the response/)
    server.resume()
    await until(() => store.heads(['a']).then(...isFulfilled), 'the store works again')
    await server.kill()
    expect(await rejection(store.heads(['a']))).toMatchObject({ code: 'store' })
  })
})

type Connection = 'url' | keyof typeof clients

const isFulfilled = [() => true, () => false] as const

async function rejection(act: Promise<unknown>): Promise<StreamServerError> {
  return act.then(
    () => expect.unreachable('the act was done'),
    (error: unknown) => error as StreamServerError,
  )
}

/** `undefined` while the store cannot be read. */
async function bodyOf(streams: Streams, id: string): Promise<string | undefined> {
  return streams.getStreamBody(id).then(
    ({ text }) => text,
    () => undefined,
  )
}

/** Follows a stream like an `EventSource`. Resolves after the first event. */
async function follow(streams: Streams, id: string): Promise<{ readonly whole: Promise<string> }> {
  const request = new Request('http://test.invalid/', { headers: { Accept: 'text/event-stream' } })
  const reader = (await streams.read(request, id)).body?.pipeThrough(new TextDecoderStream()).getReader()
  let whole = (await reader?.read())?.value ?? ''
  return {
    whole: (async () => {
      for (;;) {
        const { done = true, value = '' } = (await reader?.read()) ?? {}
        if (done) return whole
        whole += value
      }
    })(),
  }
}
