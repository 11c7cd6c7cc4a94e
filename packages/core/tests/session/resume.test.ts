import { type Chunk, SourceError, type SourceRequest } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { fakePage } from '../support/fake-page'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown, WAITS } from '../support/setup'

useFakeTime()

const origin = { epoch: 1, base: 0 }
const cut = () => new TypeError('terminated')

async function followed(options?: Parameters<typeof setup>[0]) {
  const { client, tail } = setup(options)
  const stream = client.stream('a')
  stream.attach()
  await settle()
  const next = (text: string) =>
    tail.last.sink.next({ offset: shown(stream).text.length, text, status: 'streaming', origin })
  return { stream, tail, next }
}

/** The offsets and the epochs that were asked for. */
const asked = ({ opened }: { opened: readonly { request: { offset: number; epoch?: number | undefined } }[] }) =>
  opened.map(({ request }) => [request.offset, request.epoch])

describe('a connection that is cut in the middle of the text', () => {
  it('is resumed at once from the shown text, by a follower', async () => {
    const { stream, tail, next } = await followed()
    next('Hello')
    tail.last.fail(cut())
    await settle()
    expect(asked(tail)).toEqual([
      [0, undefined],
      [5, 1],
    ])
    expect(shown(stream)).toMatchObject({
      text: 'Hello',
      connection: 'connecting',
      error: undefined,
      retrying: { error: { code: 'network' }, failures: 1, nextAtMs: undefined },
    })
    next(' world')
    expect(shown(stream)).toMatchObject({ text: 'Hello world', connection: 'live', retrying: undefined })
  })

  it('is followed at once from the shown text, by a driver', async () => {
    const { client, live, tail } = setup({ canRepeat: true })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'Hello', origin })
    live.last.fail(cut())
    await settle()
    expect([live.opened.length, asked(tail)]).toEqual([1, [[5, 1]]])
    expect(shown(stream)).toMatchObject({ text: 'Hello', retrying: { error: { code: 'network' }, failures: 1 } })
  })

  it('is resumed at once though the page says that it is offline', async () => {
    const page = fakePage()
    const { tail, next } = await followed()
    page.connect(false)
    next('Hello')
    tail.last.fail(cut())
    await settle()
    expect(tail.opened).toHaveLength(2)
  })

  it('is not, if the server asks for time', async () => {
    const { stream, tail, next } = await followed()
    next('Hello')
    tail.last.fail(new SourceError('rate-limited', 'slow down', { retryAfterMs: 500 }))
    await pass(499)
    expect(tail.opened).toHaveLength(1)
    expect(shown(stream).connection).toBe('waiting')
    await pass(1)
    expect(tail.opened).toHaveLength(2)
  })

  it('and then brings nothing is opened less and less often, however long it had been well before', async () => {
    const { stream, tail, next } = await followed()
    next('Hello')
    await pass(60_000)
    tail.last.fail(cut())
    for (const [failures, waitMs] of [200, 400, 800].entries()) {
      await settle()
      const { length } = tail.opened
      // Bytes alone are no progress.
      tail.last.sink.alive()
      tail.last.fail(cut())
      await pass(waitMs - 1)
      expect(shown(stream).retrying).toMatchObject({ failures: failures + 2 })
      expect(tail.opened).toHaveLength(length)
      await pass(1)
      expect(tail.opened).toHaveLength(length + 1)
    }
  })
})

describe('a connection that ends well in the middle of the text', () => {
  it('is opened again without a pause, and stays `live`', async () => {
    const { stream, tail, next } = await followed()
    next('Hello')
    tail.last.close()
    await settle()
    expect(asked(tail)).toEqual([
      [0, undefined],
      [5, 1],
    ])
    expect(shown(stream)).toMatchObject({ text: 'Hello', connection: 'live', retrying: undefined })
  })

  it('is opened again after a pause if it brought nothing new', async () => {
    const { tail, next } = await followed()
    next('Hello')
    await pass(5000)
    tail.last.close()
    await settle()
    next('')
    await pass(5000)
    tail.last.close()
    await settle()
    expect(tail.opened).toHaveLength(2)
    await pass(WAITS.minMs)
    expect(tail.opened).toHaveLength(3)
  })
})

describe('a source whose connections bring one character each', () => {
  // Chance makes all waits shortest: half of what the options say.
  const retry = { minMs: 500, maxMs: 30_000 }
  const poll = { minMs: 250, maxMs: 5000 }

  it.each([
    ['a follower', 'fail', 1000 / 250 + 1],
    ['a driver', 'fail', 1000 / 250 + 1],
    ['a follower', 'end well', 1000 / 125 + 1],
  ] as const)('is asked in no hot loop by %s if they %s', async (who, how, most) => {
    const openedAt: number[] = []
    const open = async ({ offset }: SourceRequest, show: (chunk: Chunk) => void) => {
      openedAt.push(Date.now())
      show({ offset, text: 'x', origin })
      if (how === 'fail') throw cut()
    }
    const { client } = setup({
      poll,
      retry,
      live: { open: (request, { chunk }) => open(request, chunk) },
      snapshot: { open: (request, { next }) => open(request, (chunk) => next({ ...chunk, status: 'streaming' })) },
    })
    const stream = client.stream('a')
    stream.attach({ start: who === 'a driver' })
    for (let second = 0; second < 60; second++) await pass(1000)
    const inOneSecond = openedAt.map((from) => openedAt.filter((at) => at >= from && at < from + 1000).length)
    expect(Math.max(...inOneSecond)).toBe(most)
    expect(shown(stream).text).toBe('x'.repeat(openedAt.length))
  })
})
