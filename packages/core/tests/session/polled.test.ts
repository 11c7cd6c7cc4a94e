import type { Snapshot } from '@keepstream/core'
import { describe, expect, it, vi } from 'vitest'
import { fakeFetcher, waits } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

describe('a snapshot that is polled', () => {
  it('is polled at once, and shows a whole body', async () => {
    const snapshot = fakeFetcher(() => ({ offset: 0, text: 'Hello', status: 'streaming' }))
    const { client } = setup({ snapshot })
    client.stream('a').attach()
    await settle()
    expect(snapshot.reads.map(({ request }) => [request.id, request.offset])).toEqual([['a', 0]])
    expect(shown(client.stream('a'))).toMatchObject({
      text: 'Hello',
      status: 'streaming',
      connection: 'polling',
      isCaughtUp: true,
    })
  })

  it.each([
    ['whole bodies', (text: string): Snapshot => ({ offset: 0, text, status: 'streaming' })],
    [
      'text from the offset',
      (text: string, offset: number) => ({ offset, text: text.slice(offset), status: 'streaming' }),
    ],
  ] as [string, (text: string, offset: number) => Snapshot][])('may answer with %s', async (_, answer) => {
    const whole = 'The quick brown fox'
    let length = 4
    const snapshot = fakeFetcher(({ offset }) => answer(whole.slice(0, length), offset))
    const { client } = setup({ snapshot })
    const stream = client.stream('a')
    stream.attach()
    for (; length <= whole.length; length += 5) {
      await pass(1000)
      expect(shown(stream).text).toBe(whole.slice(0, length))
    }
    expect(snapshot.reads.map(({ request }) => request.offset)).toContain(9)
    expect(shown(stream).isReconciled).toBe(false)
  })

  it('is polled less and less often while nothing changes, up to the bound', async () => {
    const snapshot = fakeFetcher(() => ({ offset: 0, text: '', status: 'pending' }))
    const { client } = setup({ snapshot })
    client.stream('a').attach()
    await pass(5000)
    expect(waits(snapshot.reads).slice(0, 6)).toEqual([100, 200, 400, 800, 800, 800])
  })

  it('is polled often again after a change', async () => {
    let text = ''
    const snapshot = fakeFetcher(() => ({ offset: 0, text, status: 'streaming' }))
    const { client } = setup({ snapshot })
    client.stream('a').attach()
    await pass(5000)
    const before = snapshot.reads.length
    text = 'news'
    await pass(5000)
    expect(waits(snapshot.reads.slice(before))).toEqual(expect.arrayContaining([100, 200, 400, 800]))
    expect(waits(snapshot.reads.slice(before)).slice(0, 4)).toEqual([100, 200, 400, 800])
  })

  it('is polled at once for a reader that comes back, however long it brought nothing new before', async () => {
    const snapshot = fakeFetcher(() => ({ offset: 0, text: 'Hello', status: 'streaming' }))
    const { client } = setup({ snapshot })
    const stream = client.stream('a')
    const leave = stream.attach()
    await pass(60_000)
    leave()
    await pass(60_000)
    const { length } = snapshot.reads
    stream.attach()
    await settle()
    expect(snapshot.reads).toHaveLength(length + 1)
  })

  it('is given up within two minutes when it hangs, however long it brought nothing new before', async () => {
    let isHung = false
    const snapshot = fakeFetcher(() =>
      isHung ? new Promise<never>(() => {}) : { offset: 0, text: 'ab', status: 'streaming' },
    )
    const { client } = setup({ snapshot })
    client.stream('a').attach()
    await pass(300_000)
    isHung = true
    await pass(10_000)
    const { length } = snapshot.reads
    await pass(125_000)
    expect(snapshot.reads.length).toBe(length + 1)
  })

  it('is polled again at once while it reports more text', async () => {
    const whole = 'x'.repeat(50)
    const snapshot = fakeFetcher(({ offset }) => ({
      offset,
      text: whole.slice(offset, offset + 10),
      status: 'done',
      upToDate: offset + 10 >= whole.length,
    }))
    const { client } = setup({ snapshot })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    expect(snapshot.reads.map(({ request }) => request.offset)).toEqual([0, 10, 20, 30, 40])
    expect(shown(stream)).toMatchObject({ text: whole, status: 'done', isCaughtUp: true })
  })

  it('shows no terminal status, and no backlog as new text, before all of it was read (P4)', async () => {
    const snapshot = fakeFetcher(({ offset }) =>
      offset ? new Promise<never>(() => {}) : { offset: 0, text: 'half', status: 'done', upToDate: false },
    )
    const { client } = setup({ snapshot })
    const stream = client.stream('a')
    stream.attach()
    await pass(60_000)
    expect(shown(stream)).toMatchObject({ text: 'half', status: 'streaming', isCaughtUp: false })
  })

  it.each([
    { text: '', status: 'pending', upToDate: false },
    { text: '', status: 'streaming', upToDate: false },
    { text: 'same', status: 'streaming', upToDate: false },
    { offset: 100, text: 'beyond', status: 'streaming' },
  ] as Snapshot[])('is not asked in a hot loop when it answers $text, $status, at once and always', async (answer) => {
    const snapshot = fakeFetcher(() => answer)
    const { client } = setup({ snapshot })
    client.stream('a').attach()
    await pass(60_000)
    expect(snapshot.reads.length).toBeGreaterThan(10)
    expect(snapshot.reads.length).toBeLessThan(60_000 / 800 + 10)
  })

  it('is never polled twice at a time', async () => {
    let asking = 0
    let most = 0
    const snapshot = fakeFetcher(async () => {
      most = Math.max(most, ++asking)
      await new Promise((resolve) => setTimeout(resolve, 3000))
      asking--
      return { offset: 0, text: 'x', status: 'streaming' }
    })
    const { client } = setup({ snapshot })
    for (const _ of [1, 2, 3]) client.stream('a').attach()
    await pass(60_000)
    expect(most).toBe(1)
    expect(snapshot.reads.length).toBeGreaterThan(10)
  })

  it('is not polled any more after a terminal status', async () => {
    const snapshot = fakeFetcher((_, count) => ({ offset: 0, text: 'all', status: count < 2 ? 'streaming' : 'done' }))
    const { client } = setup({ snapshot })
    client.stream('a').attach()
    await pass(60_000)
    expect(snapshot.reads).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('shows why the generation failed, and keeps its text', async () => {
    const snapshot = fakeFetcher(() => ({ offset: 0, text: 'half', status: 'error', error: 'the model is busy' }))
    const { client } = setup({ snapshot })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'half', status: 'error', error: { code: 'generation' } })
    expect(shown(stream).error?.message).toContain('the model is busy')
  })

  it('waits with growing backoff when a response is no snapshot', async () => {
    const snapshot = fakeFetcher(() => ({}) as Snapshot)
    const { client } = setup({ snapshot })
    const stream = client.stream('a')
    stream.attach()
    await pass(60_000)
    expect(shown(stream)).toMatchObject({ text: '', connection: 'waiting', retrying: { error: { code: 'server' } } })
    expect(waits(snapshot.reads).slice(0, 4)).toEqual([100, 200, 400, 800])
  })
})
