import { describe, expect, it } from 'vitest'
import { collectFramed, framed, mark } from '../support/framed'
import { createHand, createRig } from '../support/rig'
import { running } from '../support/running'

const status = { type: 'status', status: 'streaming', epoch: 1, base: 0 }

describe('framed text', () => {
  it('of a follower has a status at every change, the text as it is, and the end', async () => {
    const { streams, id, hand, clock } = await running()
    await hand.append('Hällo. ')
    await clock.advance(300)
    const response = await streams.read(framed(), id)
    expect(response.headers.get('content-type')).toBe('application/vnd.keepstream')
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform')
    const reader = collectFramed(response)
    await clock.advance(0)
    await hand.append('news')
    hand.finish()
    await clock.advance(300)
    expect(reader.parts).toEqual([
      { ...status, position: 0, offset: 7, upToDate: false },
      'Hällo. ',
      { ...status, position: 7, offset: 7, upToDate: true },
      'news',
      { type: 'end', position: 11, status: 'done', offset: 11, epoch: 1 },
    ])
    expect(reader.isDone).toBe(true)
  })

  it('of a driver costs one byte for each byte of the text, between the first status and the end', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    const reader = collectFramed(await streams.stream(framed('/', 'POST'), id, hand.producer))
    await clock.advance(0)
    expect(reader.parts).toEqual([{ ...status, position: 0, offset: 0, upToDate: true }])
    const before = reader.chunks.length
    const tokens = ['Ein', ' Wört', 'chen', ' 漢字', '😀']
    for (const token of tokens) {
      await hand.append(token)
      await clock.advance(20)
    }
    expect(reader.chunks.slice(before).map((chunk) => Buffer.from(chunk).toString())).toEqual(tokens)
    hand.finish()
    await clock.advance(300)
    expect(reader.frames.at(-1)).toEqual({ type: 'end', position: 17, status: 'done', offset: 17, epoch: 1 })
  })

  it('has a mark before text that comes a second or more after the last mark, and while nothing comes', async () => {
    const { streams, clock } = createRig({ keepAliveMs: 8_000 })
    const id = await streams.createStream()
    const hand = createHand()
    const reader = collectFramed(await streams.stream(framed('/', 'POST'), id, hand.producer))
    for (let n = 0; n < 6; n++) {
      await hand.append(String(n))
      await clock.advance(400)
    }
    expect(reader.parts.slice(1)).toEqual(['012', mark, '345'])
    await clock.advance(8_000)
    expect(reader.parts.at(-1)).toEqual(mark)
    await reader.cancel()
  })

  it('goes on from the position of a driver that joins, as far as its text is surely this text', async () => {
    const { streams, id, hand, clock } = await running()
    await hand.append('Hello, world')
    await clock.advance(300)
    const joined = async (query: string) => {
      const reader = collectFramed(await streams.stream(framed(`/${query}`, 'POST'), id, hand.producer))
      await clock.advance(0)
      await reader.cancel()
      return [reader.frames[0]?.position, reader.text]
    }
    expect(await joined('?offset=7&epoch=1')).toEqual([7, 'world'])
    expect(await joined('?offset=7')).toEqual([0, 'Hello, world'])
    expect(await joined('?offset=7&epoch=3')).toEqual([0, 'Hello, world'])
  })

  it('that its followers read at the same time is encoded once', async () => {
    const { streams, id, hand, clock } = await running()
    await hand.append('Hello. ')
    await clock.advance(300)
    const readers = await Promise.all([0, 1, 2].map(async () => collectFramed(await streams.read(framed(), id))))
    await clock.advance(0)
    await hand.append('More text. ')
    await clock.advance(300)
    const last = readers.map(({ chunks }) => chunks.at(-1))
    expect(Buffer.from(last[0] ?? []).toString()).toBe('More text. ')
    expect(last.every((chunk) => chunk === last[0])).toBe(true)
    for (const reader of readers) await reader.cancel()
  })
})
