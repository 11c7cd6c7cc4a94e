import { SourceError } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown, WAITS } from '../support/setup'

useFakeTime()

async function followed(options?: Parameters<typeof setup>[0]) {
  const { client, tail } = setup(options)
  const stream = client.stream('a')
  stream.attach()
  await settle()
  return { stream, tail }
}

const offsets = ({ tail }: { tail: Awaited<ReturnType<typeof followed>>['tail'] }) =>
  tail.opened.map(({ request }) => request.offset)

describe('a snapshot that is followed over one connection', () => {
  it('is opened again at once while it holds more, and after a pause once it was read to its end', async () => {
    const { tail } = await followed()
    tail.last.sink.next({ offset: 0, text: 'Hello', status: 'streaming', upToDate: false })
    tail.last.close()
    await settle()
    expect(offsets({ tail })).toEqual([0, 5])
    tail.last.sink.next({ offset: 5, text: '!', status: 'streaming', upToDate: false })
    // A separate update reports that this was all.
    tail.last.sink.next({ offset: 6, text: '', status: 'streaming', upToDate: true })
    tail.last.close()
    await settle()
    expect(offsets({ tail })).toEqual([0, 5])
    await pass(WAITS.minMs)
    expect(offsets({ tail })).toEqual([0, 5, 6])
  })

  it('is read on one connection up to the end', async () => {
    const { stream, tail } = await followed()
    expect(shown(stream).connection).toBe('connecting')
    for (const [offset, text] of ['Hel', 'lo ', 'wor', 'ld'].entries()) {
      tail.last.sink.next({ offset: offset * 3, text, status: 'streaming', origin: { epoch: 1, base: 0 } })
    }
    tail.last.sink.next({ offset: 11, text: '', status: 'done', origin: { epoch: 1, base: 0 } })
    await pass(60_000)
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done', connection: 'closed' })
    expect(tail.opened).toHaveLength(1)
    expect(tail.last.request.signal.aborted).toBe(true)
  })

  it('is opened again from the shown text after a cut, which is no error', async () => {
    const { stream, tail } = await followed()
    tail.last.sink.next({ offset: 0, text: 'Hello', status: 'streaming', origin: { epoch: 2, base: 0 } })
    tail.last.close()
    await pass(1000)
    expect(offsets({ tail })).toEqual([0, 5])
    expect(tail.last.request.epoch).toBe(2)
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', retrying: undefined })
    tail.last.sink.next({ offset: 5, text: '!', status: 'done', origin: { epoch: 2, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done' })
  })

  it('says `polling` in a pause, and `live` while it is open', async () => {
    const { stream, tail } = await followed()
    const next = (text: string, upToDate = true) =>
      tail.last.sink.next({ offset: shown(stream).text.length, text, status: 'streaming', upToDate })
    next('Hello', false)
    tail.last.close()
    await settle()
    // It held more text, so it is opened again at once.
    expect([tail.opened.length, shown(stream).connection]).toEqual([2, 'live'])
    tail.last.close()
    await settle()
    expect([tail.opened.length, shown(stream).connection]).toEqual([2, 'polling'])
    await pass(1000)
    next(' world')
    expect([tail.opened.length, shown(stream)]).toMatchObject([3, { text: 'Hello world', connection: 'live' }])
  })

  it('is not opened in a hot loop when it ends at once and brings nothing', async () => {
    const { tail } = await followed()
    for (let tick = 0; tick < 600; tick++) {
      tail.last.sink.next({ offset: 0, text: '', status: 'pending', origin: { epoch: 1, base: 0 } })
      tail.last.close()
      await pass(100)
    }
    expect(tail.opened.length).toBeGreaterThan(10)
    expect(tail.opened.length).toBeLessThan(60_000 / 800 + 10)
  })

  it('is closed for a gap, and opened again from the shown text', async () => {
    const { stream, tail } = await followed()
    tail.last.sink.next({ offset: 0, text: 'Hello', status: 'streaming', origin: { epoch: 1, base: 0 } })
    const first = tail.last
    first.sink.next({ offset: 8, text: 'rld', status: 'streaming', origin: { epoch: 1, base: 0 } })
    first.sink.next({ offset: 5, text: ' LATE', status: 'streaming', origin: { epoch: 1, base: 0 } })
    await pass(1000)
    expect(first.request.signal.aborted).toBe(true)
    expect(offsets({ tail })).toEqual([0, 5])
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', isReconciled: false })
    tail.last.sink.next({ offset: 5, text: ' world', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done' })
  })

  it('shows a terminal status only when the text has reached its end (P4)', async () => {
    const { stream, tail } = await followed()
    tail.last.sink.next({ offset: 0, text: 'Hello', status: 'streaming', origin: { epoch: 1, base: 0 } })
    tail.last.sink.next({ offset: 11, text: '', status: 'done', origin: { epoch: 1, base: 0 } })
    await pass(1000)
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming' })
    tail.last.sink.next({ offset: 5, text: ' world', status: 'streaming', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done' })
  })

  it('is cut when not even a keep-alive came for stallMs, and only then', async () => {
    const { tail } = await followed({ stallMs: 25_000 })
    const first = tail.last
    for (let beat = 0; beat < 10; beat++) {
      first.sink.alive()
      await pass(24_000)
    }
    expect(first.request.signal.aborted).toBe(false)
    await pass(2000)
    expect(first.request.signal.aborted).toBe(true)
    expect(tail.opened).toHaveLength(2)
  })

  it('is never cut for silence when it promises no keep-alives', async () => {
    const { tail } = await followed()
    tail.last.sink.next({ offset: 0, text: 'Hello', status: 'streaming', origin: { epoch: 1, base: 0 } })
    await pass(3_600_000)
    expect(tail.opened).toHaveLength(1)
    expect(tail.last.request.signal.aborted).toBe(false)
  })

  it('is no backlog any more once it says so', async () => {
    const { stream, tail } = await followed()
    tail.last.sink.next({ offset: 0, text: 'Hel', status: 'streaming', upToDate: false })
    expect(shown(stream).isCaughtUp).toBe(false)
    tail.last.sink.next({ offset: 3, text: 'lo', status: 'streaming', upToDate: false })
    expect(shown(stream).isCaughtUp).toBe(false)
    tail.last.sink.next({ offset: 5, text: '', status: 'streaming', upToDate: true })
    expect(shown(stream)).toMatchObject({ text: 'Hello', isCaughtUp: true })
  })

  it('replaces text of an epoch that was lost from the base of the next one, once (P9)', async () => {
    const { stream, tail } = await followed()
    const { sink } = tail.last
    sink.next({ offset: 0, text: 'Hello world', status: 'streaming', origin: { epoch: 1, base: 0 } })
    sink.next({ offset: 5, text: ', you', status: 'streaming', origin: { epoch: 2, base: 5 } })
    sink.next({ offset: 5, text: ' world and all', status: 'streaming', origin: { epoch: 1, base: 0 } })
    await pass(100)
    expect(shown(stream)).toMatchObject({ text: 'Hello, you', isReconciled: true })
  })

  it('goes on from the base of `diverged`', async () => {
    const { stream, tail } = await followed()
    tail.last.sink.next({ offset: 0, text: 'Hello world', status: 'streaming', origin: { epoch: 1, base: 0 } })
    tail.last.fail(new SourceError('diverged', 'cut', { offset: 5, epoch: 2 }))
    await pass(1000)
    expect(tail.last.request).toMatchObject({ offset: 5, epoch: 2 })
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', isReconciled: true, retrying: undefined })
    tail.last.sink.next({ offset: 5, text: ', you', status: 'done', origin: { epoch: 2, base: 5 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello, you', status: 'done' })
  })

  it('goes on from the base of `diverged` also if that asks for a wait which is no number', async () => {
    const { stream, tail } = await followed()
    tail.last.sink.next({ offset: 0, text: 'Hello world', status: 'streaming', origin: { epoch: 1, base: 0 } })
    tail.last.fail(new SourceError('diverged', 'cut', { offset: 5, epoch: 2, retryAfterMs: Number.NaN }))
    await pass(1000)
    expect(tail.last.request).toMatchObject({ offset: 5, epoch: 2 })
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', isReconciled: true })
  })

  it('cuts to the base of `diverged` also if no epoch was known', async () => {
    const { client, live, tail } = setup()
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'Hello world', origin: { epoch: 1, base: 0 } })
    live.last.close()
    await settle()
    tail.last.fail(new SourceError('diverged', 'cut', { offset: 5, epoch: 2 }))
    await pass(1000)
    expect(tail.last.request).toMatchObject({ offset: 5, epoch: 2 })
    expect(shown(stream)).toMatchObject({ text: 'Hello', isReconciled: true })
  })

  it('cuts to the base of `diverged` also when it comes again in the same epoch', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    stream.attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'Hello world', status: 'streaming', origin: { epoch: 2, base: 0 } })
    tail.last.fail(new SourceError('diverged', 'cut', { offset: 5, epoch: 2 }))
    await pass(1000)
    expect(tail.last.request).toMatchObject({ offset: 5, epoch: 2 })
  })

  it('is not opened twice when it comes in bursts and cannot be read in short requests', async () => {
    const { stream, tail } = await followed()
    await pass(5000)
    for (const offset of [0, 1, 2]) tail.last.sink.next({ offset, text: 'x', status: 'streaming' })
    await pass(10_000)
    expect(tail.opened).toHaveLength(1)
    expect(shown(stream).connection).toBe('live')
  })
})
