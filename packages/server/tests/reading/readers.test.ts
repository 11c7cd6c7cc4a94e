import { describe, expect, it } from 'vitest'
import { settled } from '../support/clock'
import { collect, createHand, createRig, parseEvents, request, textOf } from '../support/rig'

describe('S6 no reader holds up the producer or the store (P7)', () => {
  it('whether it is slow, stuck or gone', async () => {
    const { streams, clock, events } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    const stuck = await streams.stream(request(), id, hand.producer)
    const gone = await streams.stream(request(), id, hand.producer)
    await gone.body?.cancel()
    const slow = (await streams.stream(request(), id, hand.producer)).body?.getReader()
    void slow?.read()
    const client = new AbortController()
    const aborted = await streams.stream(request('/', { signal: client.signal }), id, hand.producer)
    client.abort()
    for (let index = 0; index < 1_000; index++) await hand.append('word ')
    await clock.advance(300)
    expect((await streams.getStreamBody(id)).text.length).toBe(5_000)
    expect(events.filter(({ type }) => type === 'left')).toHaveLength(2)
    expect(hand.calls[0]?.signal.aborted).toBe(false)
    hand.finish()
    await clock.advance(300)
    expect((await streams.getStreamBody(id)).status).toBe('done')
    // The stuck one reads on as if nothing had been.
    expect(await stuck.text()).toBe('word '.repeat(1_000))
    // Raw text that just ended would look whole.
    await expect(aborted.text()).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('and a stalled reader is held in pieces of at most 16 Ki units', async () => {
    const { streams } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    const reader = (await streams.stream(request(), id, hand.producer)).body?.getReader()
    await hand.append('x'.repeat(100_000))
    await settled()
    const { value } = (await reader?.read()) ?? {}
    expect(value?.length).toBe(16_384)
    await reader?.cancel()
  })
})

describe('a drive that brings what its page holds', () => {
  it.each<[string, string, string]>([
    ['is sent the rest', '?offset=6&epoch=1', 'more'],
    ['is sent nothing again of what it has whole', '?offset=10&epoch=1', ''],
    ['that is ahead of the run is sent nothing', '?offset=99&epoch=1', ''],
    ['begins before a character that its offset splits', '?offset=5&epoch=1', '😀more'],
    ['of an epoch that is unknown here is sent all', '?offset=6&epoch=7', 'half😀more'],
    ['without an epoch is sent all', '?offset=6', 'half😀more'],
    ['with an offset that is none is sent all', '?offset=-6&epoch=1', 'half😀more'],
  ])('%s: %s', async (_, query, text) => {
    const { streams, clock, store } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    const drive = (by: typeof streams, accept: string) =>
      by.stream(request(`/${query}`, { headers: { Accept: accept } }), id, hand.producer)
    await streams.stream(request(), id, hand.producer)
    await hand.append('half😀more')
    const joined = collect(await drive(streams, 'text/event-stream'))
    const raw = collect(await drive(streams, 'text/plain'))
    hand.finish()
    await clock.advance(1_000)
    const { events } = parseEvents(joined.text)
    expect(textOf(events)).toBe(text)
    expect(events.at(-1)).toMatchObject({ event: 'end', id: '1.10', data: { status: 'done', offset: 10 } })
    expect(raw.text).toBe('half😀more')
    // What has ended is read from the store, and so it is where another process produces.
    if (/offset=5|epoch=7/.test(query)) return
    const stored = collect(await drive(createRig({ store, clock }).streams, 'text/event-stream'))
    await clock.advance(1_000)
    expect(textOf(parseEvents(stored.text).events)).toBe(text)
  })
})
