import { SourceError } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

async function driven(options?: Parameters<typeof setup>[0]) {
  const { client, live, tail } = setup(options)
  const stream = client.stream('a')
  stream.attach({ start: true })
  await settle()
  return { stream, live, tail }
}

describe('a driver', () => {
  it('reads from 0, without looking at the persisted text', async () => {
    const { stream, live, tail } = await driven()
    expect(live.last.request).toMatchObject({ id: 'a', offset: 0 })
    for (const [offset, text] of [...'Hello'].entries()) live.last.sink.chunk({ offset, text })
    live.last.sink.end({ end: 5, status: 'done' })
    await pass(60_000)
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', connection: 'closed', isCaughtUp: true })
    expect([live.opened.length, tail.opened.length]).toEqual([1, 0])
  })

  it('shows a text with an overlap, a duplicate and a replay once (P2)', async () => {
    const { stream, live } = await driven()
    for (const [offset, text] of [
      [0, 'Hel'],
      [0, 'Hello'],
      [3, 'lo'],
      [4, 'o wor'],
      [0, 'Hello world'],
    ] as const) {
      live.last.sink.chunk({ offset, text })
    }
    live.last.sink.end({ end: 11, status: 'done' })
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done', isReconciled: false })
  })

  it('follows from the shown text after a cut, and is not driven again', async () => {
    const { stream, live, tail } = await driven()
    live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
    live.last.fail(new TypeError('terminated'))
    await pass(1000)
    expect(tail.last.request).toMatchObject({ offset: 5, epoch: 1 })
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming' })
    tail.last.sink.next({ offset: 5, text: ' world', status: 'done', origin: { epoch: 1, base: 0 } })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done', error: undefined })
    expect(live.opened).toHaveLength(1)
  })

  it('takes a clean end without an explicit one for a cut, never for `done` (P4)', async () => {
    const { stream, live, tail } = await driven()
    live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
    live.last.close()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', retrying: undefined })
    expect(tail.last.request.offset).toBe(5)
    tail.last.sink.next({ offset: 5, text: '', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done' })
  })

  it('waits for the text when the received end is ahead of it (P4)', async () => {
    const { stream, live, tail } = await driven()
    live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
    live.last.sink.end({ end: 11, status: 'done' })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming' })
    expect(live.last.request.signal.aborted).toBe(true)
    tail.last.sink.next({ offset: 5, text: ' world', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done' })
  })

  it('cuts a text that is longer than `done` says (P3)', async () => {
    const { stream, live } = await driven()
    live.last.sink.chunk({ offset: 0, text: 'Hello world', origin: { epoch: 1, base: 0 } })
    live.last.sink.end({ end: 5, status: 'done' })
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', isReconciled: true })
  })

  it.each(['error', 'timeout', 'stopped'] as const)('keeps a text that is longer than %s says', async (status) => {
    const { stream, live } = await driven()
    live.last.sink.chunk({ offset: 0, text: 'Hello world', origin: { epoch: 1, base: 0 } })
    live.last.sink.end({ end: 5, status })
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status, isReconciled: false })
  })

  it('keeps the first terminal status (P13)', async () => {
    const { stream, live } = await driven()
    live.last.sink.chunk({ offset: 0, text: 'ab', origin: { epoch: 1, base: 0 } })
    live.last.sink.end({ end: 2, status: 'stopped' })
    live.last.sink.end({ end: 2, status: 'done' })
    live.last.sink.chunk({ offset: 2, text: 'late', origin: { epoch: 1, base: 0 } })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'ab', status: 'stopped' })
  })

  it('follows at once when driving is refused, and shows no error', async () => {
    const { stream, live, tail } = await driven()
    live.last.fail(new SourceError('refused', 'busy'))
    await settle()
    expect(shown(stream).retrying).toBeUndefined()
    tail.last.sink.next({ offset: 0, text: 'from elsewhere', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'from elsewhere', status: 'done' })
    expect(live.opened).toHaveLength(1)
  })

  it('closes a connection for a gap, and follows from the shown text', async () => {
    const { stream, live, tail } = await driven()
    live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
    live.last.sink.chunk({ offset: 8, text: 'rld', origin: { epoch: 1, base: 0 } })
    await settle()
    live.last.sink.chunk({ offset: 5, text: ' LATE', origin: { epoch: 1, base: 0 } })
    live.last.sink.end({ end: 11, status: 'done' })
    expect(live.last.request.signal.aborted).toBe(true)
    expect(tail.last.request.offset).toBe(5)
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', isReconciled: false })
  })

  it('gives up a connection that misses its keep-alives for stallMs', async () => {
    const { live, tail } = await driven({ stallMs: 25_000 })
    for (let beat = 0; beat < 5; beat++) {
      live.last.sink.alive()
      await pass(24_000)
    }
    expect(live.last.request.signal.aborted).toBe(false)
    await pass(2000)
    expect(live.last.request.signal.aborted).toBe(true)
    expect(tail.opened).toHaveLength(1)
  })

  it('shows why the generation failed, and that stays', async () => {
    const { stream, live } = await driven()
    live.last.sink.chunk({ offset: 0, text: 'half', origin: { epoch: 1, base: 0 } })
    live.last.sink.end({ end: 4, status: 'error', error: 'the model is busy' })
    stream.retry()
    await pass(60_000)
    expect(shown(stream)).toMatchObject({ text: 'half', status: 'error', error: { code: 'generation' } })
    expect(shown(stream).error?.message).toContain('the model is busy')
    expect(live.opened).toHaveLength(1)
  })
})
