import { describe, expect, it } from 'vitest'
import { settled } from './support/clock'
import { createHand, createRig, request } from './support/rig'

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
    expect(await aborted.text()).toBe('')
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
