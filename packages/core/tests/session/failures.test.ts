import { SourceError, type SourceErrorCode } from '@keepstream/core'
import { describe, expect, it, vi } from 'vitest'
import { fakePage } from '../support/fake-page'
import { fakeFetcher, waits } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

function failing(error: () => unknown, isUp = () => false) {
  const snapshot = fakeFetcher(() =>
    isUp() ? { offset: 0, text: 'Hello!', status: 'streaming' } : Promise.reject(error()),
  )
  const { client } = setup({ snapshot })
  const stream = client.stream('a', { initial: { text: 'Hello', status: 'streaming' } })
  return { snapshot, stream }
}

describe('a read that fails', () => {
  it.each(['unauthorized', 'forbidden', 'not-found'] as const)(
    'with %s shows the error, closes, and keeps the text',
    async (code: SourceErrorCode) => {
      const { stream, snapshot } = failing(() => new SourceError(code, 'no'))
      stream.attach()
      await pass(600_000)
      expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', connection: 'failed', error: { code } })
      expect(snapshot.reads).toHaveLength(1)
    },
  )

  it.each(['unauthorized', 'forbidden', 'not-found'] as const)('with %s ends a drive as well', async (code) => {
    const { client, live, tail } = setup({ canRepeat: true })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    live.last.fail(new SourceError(code, 'no'))
    await pass(600_000)
    expect(shown(stream)).toMatchObject({ status: 'pending', connection: 'failed', error: { code } })
    expect([live.opened.length, tail.opened.length]).toEqual([1, 0])
  })

  it.each([
    ['server', () => new SourceError('server', 'down')],
    ['rate-limited', () => new SourceError('rate-limited', 'slow down')],
    ['network', () => new TypeError('Load failed')],
    ['network', () => 'not even an error'],
    ['network', () => undefined],
  ] as [SourceErrorCode, () => unknown][])(
    'with %s waits ever longer, up to the bound, and says so',
    async (code, error) => {
      const { stream, snapshot } = failing(error)
      stream.attach()
      await pass(10_000)
      expect(waits(snapshot.reads).slice(0, 6)).toEqual([100, 200, 400, 800, 800, 800])
      expect(shown(stream)).toMatchObject({
        text: 'Hello',
        connection: 'waiting',
        retrying: { error: { code, name: 'StreamError' } },
      })
    },
  )

  it('is `retrying`, with the count of failures and the time of the next attempt, and no `error`', async () => {
    const { stream } = failing(() => new SourceError('server', 'down'))
    const states: unknown[] = []
    const startMs = Date.now()
    stream.subscribe(({ connection, error, retrying }) => {
      const { failures, nextAtMs } = retrying ?? {}
      states.push([connection, error, failures, nextAtMs && nextAtMs - startMs])
    })
    await pass(350)
    expect(states).toEqual([
      ['idle', undefined, undefined, undefined],
      ['connecting', undefined, undefined, undefined],
      ['waiting', undefined, 1, 100],
      ['connecting', undefined, 1, undefined],
      ['waiting', undefined, 2, 300],
      ['connecting', undefined, 2, undefined],
      ['waiting', undefined, 3, 700],
    ])
  })

  it('stays in `retrying` after `retry()`, and is gone with progress', async () => {
    let isUp = false
    const { stream } = failing(
      () => new SourceError('forbidden', 'no'),
      () => isUp,
    )
    const states: unknown[] = []
    stream.attach()
    await pass(100)
    stream.subscribe(({ connection, error, retrying }) => states.push([connection, error?.code, retrying?.error.code]))
    isUp = true
    stream.retry()
    await pass(100)
    expect(states).toEqual([
      ['failed', 'forbidden', undefined],
      ['connecting', undefined, 'forbidden'],
      ['polling', undefined, undefined],
    ])
  })

  it('waits as long as the server requests', async () => {
    const { stream, snapshot } = failing(() => new SourceError('rate-limited', 'slow down', { retryAfterMs: 1000 }))
    stream.attach()
    await pass(3500)
    expect(waits(snapshot.reads)).toEqual([1000, 1000, 1000])
  })

  it('waits no longer than the bound, whatever the server requests', async () => {
    const { stream, snapshot } = failing(() => new SourceError('server', 'down', { retryAfterMs: 86_400_000 }))
    stream.attach()
    await pass(10_000)
    expect(waits(snapshot.reads).slice(0, 3)).toEqual([1600, 1600, 1600])
  })

  it('waits at least its own backoff when the server requests less', async () => {
    const { stream, snapshot } = failing(() => new SourceError('server', 'down', { retryAfterMs: 1 }))
    stream.attach()
    await pass(10_000)
    expect(waits(snapshot.reads).slice(0, 4)).toEqual([100, 200, 400, 800])
  })

  it('is not tried again at once when another reader attaches', async () => {
    const { stream, snapshot } = failing(() => new SourceError('server', 'down'))
    stream.attach()
    await pass(10_000)
    const { length } = snapshot.reads
    for (const _ of [1, 2, 3]) stream.attach()
    await settle()
    expect(snapshot.reads).toHaveLength(length)
  })

  it('tries soon again after a success in between', async () => {
    const snapshot = fakeFetcher((_, count) =>
      count === 5
        ? { offset: 0, text: 'Hello world', status: 'streaming' }
        : Promise.reject(new SourceError('server', 'down')),
    )
    const { client } = setup({ snapshot })
    const stream = client.stream('a')
    stream.attach()
    await pass(1500)
    expect(shown(stream)).toMatchObject({ text: 'Hello world', connection: 'polling', retrying: undefined })
    await pass(10_000)
    expect(waits(snapshot.reads).slice(0, 9)).toEqual([100, 200, 400, 800, 100, 100, 200, 400, 800])
  })

  it('is tried at once when the network is back, however long the waits were', async () => {
    const page = fakePage()
    let isDown = false
    const snapshot = fakeFetcher(() =>
      isDown ? Promise.reject(new TypeError('Load failed')) : { offset: 0, text: 'Hello', status: 'streaming' },
    )
    const { client } = setup({ snapshot })
    client.stream('a').attach()
    await pass(10_000)
    isDown = true
    await pass(850)
    isDown = false
    const { length } = snapshot.reads
    page.tell('online')
    await settle()
    expect(snapshot.reads).toHaveLength(length + 1)
  })

  describe('and has brought only known text', () => {
    const known = { offset: 0, text: '', status: 'streaming' } as const
    const cut = new SourceError('network', 'cut')

    /** The waits before each connection but the first. Each one brings only known text and then ends as in `end`. */
    async function openedAfter(count: number, end: (opened: number) => 'fail' | 'close') {
      const { client, tail } = setup()
      client.stream('a').attach()
      const openedAt: number[] = []
      for (; openedAt.length < count; await pass(100)) {
        if (tail.opened.length === openedAt.length) continue
        openedAt.push(Date.now())
        tail.last.sink.next(known)
        if (end(openedAt.length) === 'fail') tail.last.fail(cut)
        else tail.last.close()
      }
      return openedAt.slice(1).map((at, index) => at - (openedAt[index] as number))
    }

    /** A follower whose tail has failed five times in a row. */
    async function failedOften() {
      const { client, tail } = setup()
      client.stream('a').attach()
      await settle()
      for (let failures = 0; failures < 5; failures++) {
        tail.last.sink.next(known)
        tail.last.fail(cut)
        await pass(2_000)
      }
      return {
        tail,
        /** Whether it is opened again as soon as after a first failure. */
        async isSoonOpened() {
          const { length } = tail.opened
          tail.last.fail(cut)
          await pass(100)
          return tail.opened.length > length
        },
      }
    }

    it('is opened less and less often', async () => {
      expect(await openedAfter(7, () => 'fail')).toEqual([100, 200, 400, 800, 800, 800])
    })

    it('is opened less and less often where every other connection ends well, but at once', async () => {
      const waits = await openedAfter(11, (opened) => (opened % 2 ? 'fail' : 'close'))
      expect(waits.filter((_, index) => index % 2 === 0)).toEqual([100, 200, 400, 800, 800])
    })

    it('is opened soon again after one that stayed for a good while', async () => {
      const { tail, isSoonOpened } = await failedOften()
      tail.last.sink.next(known)
      await pass(10_000)
      expect(await isSoonOpened()).toBe(true)
    })

    it('is not opened soon again after one that stayed too short', async () => {
      const { tail, isSoonOpened } = await failedOften()
      tail.last.sink.next(known)
      await pass(9_000)
      expect(await isSoonOpened()).toBe(false)
    })

    it('is not opened soon again because a connection that is over still speaks', async () => {
      const { tail, isSoonOpened } = await failedOften()
      tail.opened.at(-2)?.sink.alive()
      await pass(2_000)
      tail.last.sink.next(known)
      await pass(9_000)
      expect(await isSoonOpened()).toBe(false)
    })

    it('is opened soon again after several that ended well, as those of a server that closes each one in time', async () => {
      const { tail, isSoonOpened } = await failedOften()
      for (let closed = 0; closed < 4; closed++) {
        tail.last.sink.next(known)
        await pass(3_000)
        tail.last.close()
        await pass(800)
      }
      expect(await isSoonOpened()).toBe(true)
    })

    it('is opened soon again after one that stayed for a good while, the clock set back meanwhile', async () => {
      const { tail, isSoonOpened } = await failedOften()
      tail.last.sink.next(known)
      vi.setSystemTime(Date.now() - 3_600_000)
      tail.last.sink.next(known)
      await pass(10_000)
      expect(await isSoonOpened()).toBe(true)
    })
  })
})
