import { describe, expect, it } from 'vitest'
import { followed, sse } from '../support/followed'
import { collect, createHand, createRig, parseEvents, request, textOf } from '../support/rig'

describe('an event stream', () => {
  it('begins with the status, reports the end of the backlog, and sends text as it becomes durable', async () => {
    const { hand, clock, follow } = await followed()
    await hand.append('backlog. ')
    await clock.advance(300)
    const reader = await follow()
    await clock.advance(0)
    await hand.append('news')
    await clock.advance(0)
    expect(textOf(parseEvents(reader.text).events)).toBe('backlog. ')
    await clock.advance(300)
    const status = { status: 'streaming', offset: 9, epoch: 1, base: 0 }
    expect(parseEvents(reader.text).events).toEqual([
      { event: 'status', id: undefined, data: { ...status, upToDate: false } },
      { event: 'message', id: '1.9', data: 'backlog. ' },
      { event: 'status', id: undefined, data: { ...status, upToDate: true } },
      { event: 'message', id: '1.13', data: 'news' },
    ])
    await reader.cancel()
  })

  it('of an ended text sends the end only after all of it', async () => {
    const { hand, clock, follow } = await followed()
    await hand.append('whole')
    hand.finish()
    await clock.advance(300)
    const reader = await follow()
    await clock.advance(0)
    expect(parseEvents(reader.text).events.map(({ event, data }) => [event, data])).toEqual([
      ['status', { status: 'streaming', offset: 5, epoch: 1, base: 0, upToDate: false }],
      ['message', 'whole'],
      ['end', { status: 'done', offset: 5 }],
    ])
  })

  it('is up to date at once without a backlog, and sends a status when a pending stream begins', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    const reader = collect(await streams.read(sse(), id))
    await clock.advance(0)
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    await clock.advance(300)
    expect(parseEvents(reader.text).events.map(({ data }) => data)).toEqual([
      { status: 'pending', offset: 0, epoch: 0, base: 0, upToDate: true },
      { status: 'streaming', offset: 0, epoch: 1, base: 0, upToDate: true },
    ])
    await reader.cancel()
  })

  it('resumes exactly after Last-Event-ID, at every event, and stops an EventSource at the end with 204', async () => {
    const { hand, clock, follow, streams, id } = await followed()
    const text = 'One. Two 😀. Three.\r\n'
    for (const letter of [...text]) {
      await hand.append(letter)
      await clock.advance(110)
    }
    hand.finish()
    await clock.advance(300)
    const whole = await follow()
    await clock.advance(0)
    const { events } = parseEvents(whole.text)
    const ends = [...text].map((_, index, letters) => letters.slice(0, index).join('').length)
    for (const end of ends) {
      const reader = await follow('/?offset=0', { 'Last-Event-ID': `1.${end}` })
      await clock.advance(0)
      expect(textOf(parseEvents(reader.text).events)).toBe(text.slice(end))
      expect(parseEvents(reader.text).events.at(-1)?.event).toBe('end')
    }
    const last = events.at(-1)?.id ?? ''
    const response = await streams.read(sse('/?offset=0', { 'Last-Event-ID': last }), id)
    expect([response.status, response.body]).toEqual([204, null])
    expect((await streams.read(sse(`/?offset=${text.length}`), id)).status).toBe(200)
    expect((await streams.read(sse('/', { 'Last-Event-ID': 'nonsense' }), id)).status).toBe(400)
  })

  it('splits a backlog into chunks of at most 24 KiB, never inside a surrogate pair', async () => {
    const { hand, clock, follow } = await followed()
    const text = `x${'😀'.repeat(100_000)}`
    await hand.append(text)
    hand.finish()
    await clock.advance(300)
    const reader = await follow()
    await clock.advance(0)
    const chunks = parseEvents(reader.text).events.filter(({ event }) => event === 'message')
    expect(chunks.length).toBeGreaterThan(10)
    for (const { data } of chunks) {
      expect(new TextEncoder().encode(data as string).length).toBeLessThanOrEqual(24_576)
      expect(data).not.toMatch(/[\uD800-\uDBFF]$/)
    }
    expect(textOf(chunks)).toBe(text)
  })

  it('S16 holds what it has read ahead for a client until the next keep-alive', async () => {
    const { hand, clock, store, streams, id } = await followed()
    const text = 'abcdefghij'.repeat(12_000)
    await hand.append(text)
    hand.finish()
    await clock.advance(300)
    const reader = (await streams.read(sse(), id)).body?.getReader()
    const before = store.of('read').length
    let received = ''
    const readsAfterChunk = async () => {
      received += new TextDecoder().decode((await reader?.read())?.value)
      return store.of('read').length - before
    }
    expect(await readsAfterChunk()).toBe(0)
    await clock.advance(8_100)
    expect([await readsAfterChunk(), await readsAfterChunk()]).toEqual([1, 1])
    await reader?.cancel()
    expect(textOf(parseEvents(received).events)).toBe(text.slice(0, 3 * 24_576))
  })

  it('from beyond the tail begins at the tail, and waits', async () => {
    const { hand, clock, follow } = await followed()
    await hand.append('Hello')
    await clock.advance(300)
    const reader = await follow('/?offset=99&epoch=1')
    await clock.advance(0)
    await hand.append(' again.')
    await clock.advance(300)
    expect(parseEvents(reader.text).events).toEqual([
      { event: 'status', id: undefined, data: { status: 'streaming', offset: 5, epoch: 1, base: 0, upToDate: true } },
      { event: 'message', id: '1.12', data: ' again.' },
    ])
    await reader.cancel()
  })

  it('is kept alive by comments, and closed without an end event after about a minute', async () => {
    const { hand, clock, follow } = await followed()
    const reader = await follow()
    await clock.advance(8_000)
    expect(parseEvents(reader.text).comments).toBe(1)
    await clock.advance(40_000)
    expect(parseEvents(reader.text).comments).toBe(6)
    expect(reader.isDone).toBe(false)
    await clock.advance(24_000)
    expect(reader.isDone).toBe(true)
    expect(parseEvents(reader.text).events.map(({ event }) => event)).not.toContain('end')
    await hand.append('late')
    await clock.advance(300)
    expect(reader.text).not.toContain('late')
  })

  it('of a drive is kept alive too, but not closed', async () => {
    const { streams, clock, id, hand } = await followed()
    const driven = collect(await streams.stream(sse(), id, hand.producer))
    await clock.advance(160_000)
    expect(parseEvents(driven.text).comments).toBe(20)
    await hand.append('late')
    hand.finish()
    await clock.advance(300)
    expect(parseEvents(driven.text).events).toEqual([
      { event: 'status', id: undefined, data: { status: 'streaming', offset: 0, epoch: 1, base: 0, upToDate: true } },
      { event: 'message', id: '1.4', data: 'late' },
      { event: 'end', id: '1.4', data: { status: 'done', offset: 4 } },
    ])
  })

  it('closes without an end event when the stream is deleted', async () => {
    const { streams, clock, id, follow, hand } = await followed()
    const reader = await follow()
    await clock.advance(0)
    await streams.deleteStream(id)
    await clock.advance(300)
    expect(reader.isDone).toBe(true)
    expect(reader.text).not.toContain('event: end')
    expect(hand.calls[0]?.signal.aborted).toBe(true)
    expect((await streams.read(sse(), id)).status).toBe(404)
    expect(clock.timers).toBe(0)
  })

  it('continues at its position after the store failed for a while', async () => {
    const { store, clock, id, hand } = await followed()
    // A follower in the process of the run would read from its memory.
    const elsewhere = createRig({ store, clock })
    const reader = collect(await elsewhere.streams.read(sse(), id))
    await clock.advance(0)
    store.instead.read = () => Promise.reject(new Error('gone fishing'))
    store.instead.heads = () => Promise.reject(new Error('gone fishing'))
    await hand.append('meanwhile.')
    hand.finish()
    await clock.advance(3_000)
    expect(reader.isDone).toBe(false)
    delete store.instead.read
    delete store.instead.heads
    await clock.advance(5_000)
    expect(textOf(parseEvents(reader.text).events)).toBe('meanwhile.')
    expect(reader.isDone).toBe(true)
  })
})
