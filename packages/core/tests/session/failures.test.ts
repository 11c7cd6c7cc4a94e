import { SourceError, type SourceErrorCode } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { fakePage } from '../support/fake-page'
import { fakeFetcher, waits } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

function failing(error: () => unknown) {
  const snapshot = fakeFetcher(() => Promise.reject(error()))
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
      expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', connection: 'closed', error: { code } })
      expect(snapshot.looks).toHaveLength(1)
    },
  )

  it.each(['unauthorized', 'forbidden', 'not-found'] as const)('with %s ends a drive as well', async (code) => {
    const { client, live, tail } = setup({ canRepeat: true })
    const stream = client.stream('a')
    stream.attach({ driven: true })
    await settle()
    live.last.fail(new SourceError(code, 'no'))
    await pass(600_000)
    expect(shown(stream)).toMatchObject({ status: 'pending', connection: 'closed', error: { code } })
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
      expect(waits(snapshot.looks).slice(0, 6)).toEqual([100, 200, 400, 800, 800, 800])
      expect(shown(stream)).toMatchObject({
        text: 'Hello',
        connection: 'waiting',
        error: { code, name: 'StreamError' },
      })
    },
  )

  it('waits as long as the server asks', async () => {
    const { stream, snapshot } = failing(() => new SourceError('rate-limited', 'slow down', { retryAfterMs: 1000 }))
    stream.attach()
    await pass(3500)
    expect(waits(snapshot.looks)).toEqual([1000, 1000, 1000])
  })

  it('waits no longer than the bound, whatever the server asks', async () => {
    const { stream, snapshot } = failing(() => new SourceError('server', 'down', { retryAfterMs: 86_400_000 }))
    stream.attach()
    await pass(10_000)
    expect(waits(snapshot.looks).slice(0, 3)).toEqual([1600, 1600, 1600])
  })

  it('waits at least its own back-off when the server asks for less', async () => {
    const { stream, snapshot } = failing(() => new SourceError('server', 'down', { retryAfterMs: 1 }))
    stream.attach()
    await pass(10_000)
    expect(waits(snapshot.looks).slice(0, 4)).toEqual([100, 200, 400, 800])
  })

  it('is tried again at once by nobody else attaching', async () => {
    const { stream, snapshot } = failing(() => new SourceError('server', 'down'))
    stream.attach()
    await pass(10_000)
    const { length } = snapshot.looks
    for (const _ of [1, 2, 3]) stream.attach()
    await settle()
    expect(snapshot.looks).toHaveLength(length)
  })

  it('tries soon again after a success in between', async () => {
    const snapshot = fakeFetcher((_, look) =>
      look === 5 ? { text: 'Hello world', status: 'streaming' } : Promise.reject(new SourceError('server', 'down')),
    )
    const { client } = setup({ snapshot })
    const stream = client.stream('a')
    stream.attach()
    await pass(1500)
    expect(shown(stream)).toMatchObject({ text: 'Hello world', connection: 'live', error: undefined })
    await pass(10_000)
    expect(waits(snapshot.looks).slice(0, 9)).toEqual([100, 200, 400, 800, 100, 100, 200, 400, 800])
  })

  it('is tried at once when the network is back, however seldom it was looked at before', async () => {
    const page = fakePage()
    let isDown = false
    const snapshot = fakeFetcher(() =>
      isDown ? Promise.reject(new TypeError('Load failed')) : { text: 'Hello', status: 'streaming' },
    )
    const { client } = setup({ snapshot })
    client.stream('a').attach()
    await pass(10_000)
    isDown = true
    await pass(850)
    isDown = false
    const { length } = snapshot.looks
    page.tell('online')
    await settle()
    expect(snapshot.looks).toHaveLength(length + 1)
  })

  it('is opened less and less often where it brings only what is known before it fails', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    stream.attach()
    const openedAt: number[] = []
    const known = { text: '', status: 'streaming' } as const
    for (let opened = 0; openedAt.length < 7; await pass(100)) {
      if (tail.opened.length === opened) continue
      opened = tail.opened.length
      openedAt.push(Date.now())
      tail.last.sink.next(known)
      tail.last.fail(new SourceError('network', 'cut'))
    }
    const between = openedAt.slice(1).map((at, index) => at - (openedAt[index] as number))
    // The first one brought the status, which was news.
    expect(between).toEqual([100, 200, 400, 800, 800, 800])
  })

  it('is opened soon again after it has brought nothing new for a good while', async () => {
    const { client, tail } = setup()
    client.stream('a').attach()
    await settle()
    const known = { text: '', status: 'streaming' } as const
    for (let failures = 0; failures < 5; failures++) {
      tail.last.sink.next(known)
      tail.last.fail(new SourceError('network', 'cut'))
      await pass(2_000)
    }
    const { length } = tail.opened
    tail.last.sink.next(known)
    await pass(10_000)
    tail.last.fail(new SourceError('network', 'cut'))
    await pass(100)
    expect(tail.opened).toHaveLength(length + 1)
  })
})
