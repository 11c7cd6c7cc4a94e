import type { StreamState, TextStream } from '@keepstream/core'
import { describe, expect, it, vi } from 'vitest'
import { fakePage } from '../support/fake-page'
import { fakeFetcher } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { reportedIn } from '../support/reported'
import { PUBLISH_MS, setup, shown } from '../support/setup'

useFakeTime()

/** A driven stream, and every state it publishes from now on. */
async function driven({ client, live }: ReturnType<typeof setup>) {
  const stream = client.stream('a')
  stream.attach({ start: true })
  await settle()
  const published = publishedBy(stream)
  return { stream, published, ...live.last }
}

function publishedBy(stream: TextStream) {
  const published: StreamState[] = []
  stream.$state.listen((state) => published.push(state as StreamState))
  return published
}

describe('publishing', () => {
  it('shows the first text at once', async () => {
    const { stream, sink } = await driven(setup())
    sink.chunk({ offset: 0, text: 'H' })
    expect(shown(stream)).toMatchObject({ text: 'H', status: 'streaming', connection: 'live' })
  })

  it('publishes text alone at most once in 100 ms, and all of it, without frames as in a hidden tab (P8)', async () => {
    const { stream, sink, published } = await driven(setup())
    sink.chunk({ offset: 0, text: 'x' })
    const first = published.length
    for (let offset = 1; offset <= 1000; offset++) {
      sink.chunk({ offset, text: 'x' })
      if (offset % 100 === 0) await pass(10)
    }
    expect(published.length - first).toBeLessThanOrEqual(1)
    await pass(PUBLISH_MS)
    expect(shown(stream).text).toHaveLength(1001)
    expect(published.length - first).toBeLessThanOrEqual(2)
    // The timer that is left watches the connection's silence.
    expect(vi.getTimerCount()).toBe(1)
  })

  it('publishes text alone with the next frame, if that comes first, and not again when the time is over', async () => {
    const page = fakePage()
    const { stream, sink, published } = await driven(setup())
    sink.chunk({ offset: 0, text: 'a' })
    sink.chunk({ offset: 1, text: 'b' })
    sink.chunk({ offset: 2, text: 'c' })
    expect(shown(stream).text).toBe('a')
    const { length } = published
    page.paint()
    expect(shown(stream).text).toBe('abc')
    await pass(PUBLISH_MS * 10)
    page.paint()
    expect(published).toHaveLength(length + 1)
  })

  it('publishes nothing with a frame that comes when all is published already', async () => {
    const page = fakePage()
    const { sink, published } = await driven(setup())
    sink.chunk({ offset: 0, text: 'a' })
    sink.chunk({ offset: 1, text: 'b' })
    await pass(PUBLISH_MS)
    expect(published.at(-1)?.text).toBe('ab')
    const { length } = published
    page.paint()
    expect(published).toHaveLength(length)
  })

  it('publishes all streams of a client with one frame', async () => {
    const page = fakePage()
    const request = vi.spyOn(globalThis, 'requestAnimationFrame')
    const { client, live } = setup()
    const sinks = []
    for (let index = 0; index < 20; index++) {
      client.stream(`${index}`).attach({ start: true })
      await settle()
      sinks.push(live.last.sink)
    }
    for (const sink of sinks) sink.chunk({ offset: 0, text: 'a' })
    for (const sink of sinks) sink.chunk({ offset: 1, text: 'b' })
    expect(request).toHaveBeenCalledTimes(1)
    page.paint()
    for (let index = 0; index < 20; index++) expect(shown(client.stream(`${index}`)).text).toBe('ab')
  })

  it('publishes text alone once in `throttleMs`, whatever the frames', async () => {
    const page = fakePage()
    const { stream, sink, published } = await driven(setup({ throttleMs: 250 }))
    sink.chunk({ offset: 0, text: 'a' })
    sink.chunk({ offset: 1, text: 'b' })
    const { length } = published
    await pass(240)
    page.paint()
    expect(published).toHaveLength(length)
    await pass(10)
    expect(published).toHaveLength(length + 1)
    expect(shown(stream).text).toBe('ab')
    sink.chunk({ offset: 2, text: 'c' })
    sink.end({ end: 3, status: 'done' })
    expect(shown(stream)).toMatchObject({ text: 'abc', status: 'done' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('publishes every change of status at once, with all the text there is', async () => {
    const { stream, sink } = await driven(setup())
    sink.chunk({ offset: 0, text: 'a' })
    sink.chunk({ offset: 1, text: 'b' })
    expect(shown(stream).text).toBe('a')
    sink.end({ end: 2, status: 'done' })
    expect(shown(stream)).toMatchObject({ text: 'ab', status: 'done', connection: 'closed' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('publishes every change of connection at once', async () => {
    const { stream, sink, close, published } = await driven(setup())
    sink.alive()
    expect(published.map(({ connection }) => connection)).toEqual(['live'])
    close()
    await settle()
    expect(published.map(({ connection }) => connection)).toEqual(['live', 'connecting'])
    expect(shown(stream)).toBe(published.at(-1))
  })

  it('keeps the same object while nothing visible changes', async () => {
    const { stream, sink, published } = await driven(setup())
    sink.chunk({ offset: 0, text: 'Hello' })
    const state = shown(stream)
    const { length } = published
    sink.alive()
    sink.chunk({ offset: 0, text: 'Hel' })
    sink.chunk({ offset: 5, text: '' })
    await pass(PUBLISH_MS * 10)
    expect(shown(stream)).toBe(state)
    expect(published).toHaveLength(length)
  })

  it.each([
    { offset: 0, text: 'Hello', status: 'streaming' },
    { offset: 0, text: '', status: 'pending' },
  ] as const)('keeps the same object while reads bring nothing but $status', async (answer) => {
    const snapshot = fakeFetcher(() => answer)
    const { client } = setup({ snapshot })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    const state = shown(stream)
    const published = publishedBy(stream)
    const { length } = snapshot.reads
    await pass(60_000)
    expect(snapshot.reads.length).toBeGreaterThan(length + 10)
    expect(shown(stream)).toBe(state)
    expect(published).toEqual([])
  })

  it('reports a state listener that throws, and goes on reading and telling the others', async () => {
    const { stream, sink } = await driven(setup())
    const seen: string[] = []
    const errors = await reportedIn(() => {
      stream.$state.listen(() => {
        throw new Error('bad listener')
      })
      stream.$state.listen(({ text }) => seen.push(text))
      sink.chunk({ offset: 0, text: 'a' })
      sink.chunk({ offset: 1, text: 'b' })
      sink.end({ end: 2, status: 'done' })
    })
    expect(errors).toContainEqual(new Error('bad listener'))
    expect(seen.at(-1)).toBe('ab')
    expect(shown(stream)).toMatchObject({ text: 'ab', status: 'done' })
  })

  it('reports a text listener that throws, and goes on reading and telling the others', async () => {
    const { stream, sink } = await driven(setup())
    const seen: string[] = []
    const errors = await reportedIn(() => {
      stream.onText(() => {
        throw new Error('bad listener')
      })
      stream.onText((delta) => seen.push(delta))
      sink.chunk({ offset: 0, text: 'a' })
      sink.chunk({ offset: 1, text: 'b' })
      sink.end({ end: 2, status: 'done' })
    })
    expect(errors).toContainEqual(new Error('bad listener'))
    expect(seen.join('')).toBe('ab')
    expect(shown(stream)).toMatchObject({ text: 'ab', status: 'done' })
  })
})
