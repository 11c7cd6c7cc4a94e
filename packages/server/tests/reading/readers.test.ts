import { describe, expect, it } from 'vitest'
import { settled } from '../support/clock'
import { collect, createHand, createRig, parseEvents, request, textOf } from '../support/rig'

describe('S6 no reader slows down the producer or the store (P7)', () => {
  it('if it is slow, stuck or gone', async () => {
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
    // The stuck reader reads on without a loss.
    expect(await stuck.text()).toBe('word '.repeat(1_000))
    // Raw text that just ends would seem whole.
    await expect(aborted.text()).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('and a stalled reader gets chunks of at most 24 KiB', async () => {
    const { streams } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    const reader = (await streams.stream(request(), id, hand.producer)).body?.getReader()
    await hand.append(`${'x'.repeat(40_000)}${'漢'.repeat(40_000)}`)
    await settled()
    const sizes: unknown[] = []
    while (sizes.length < 4) sizes.push((await reader?.read())?.value?.length)
    // The second one has 15,424 x, and then characters of 3 bytes.
    expect(sizes).toEqual([24_576, 24_574, 24_576, 24_576])
    await reader?.cancel()
  })
})

describe('a drive with the position of its page', () => {
  it.each<[string, string, string]>([
    ['gets the rest', '?offset=6&epoch=1', 'more'],
    ['gets nothing if it has everything', '?offset=10&epoch=1', ''],
    ['that is ahead of the run gets nothing', '?offset=99&epoch=1', ''],
    ['starts before a character that its offset splits', '?offset=5&epoch=1', '😀more'],
    ['of an epoch that is unknown here gets everything', '?offset=6&epoch=7', 'half😀more'],
    ['without an epoch gets everything', '?offset=6', 'half😀more'],
    ['with an invalid offset gets everything', '?offset=-6&epoch=1', 'half😀more'],
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
    // An ended stream is read from the store, as is one that another process produces.
    if (/offset=5|epoch=7/.test(query)) return
    const stored = collect(await drive(createRig({ store, clock }).streams, 'text/event-stream'))
    await clock.advance(1_000)
    expect(textOf(parseEvents(stored.text).events)).toBe(text)
  })
})
