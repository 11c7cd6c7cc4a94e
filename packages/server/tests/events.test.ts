import { describe, expect, it, vi } from 'vitest'
import { createStreams, memoryStore, type StreamServerEvent } from '../src'
import { collect, createHand, createRig, request } from './support/rig'

describe('S14 listeners', () => {
  it.each([
    [
      'throw',
      () => {
        throw new Error('in the listener')
      },
    ],
    ['reject', () => Promise.reject(new Error('in the listener'))],
  ])('that %s disturb nothing', async (_, listener) => {
    const { streams, clock } = createRig({ onEvent: listener, onError: listener })
    const id = await streams.createStream()
    const hand = createHand()
    const raw = collect(
      await streams.stream(request(), id, hand.producer, {
        waitUntil: () => {
          throw new Error('not supported here')
        },
      }),
    )
    await hand.append('Hello')
    hand.fail(new Error('producer'))
    await clock.advance(300)
    expect(raw).toMatchObject({ text: 'Hello', isDone: true })
    expect((await streams.getStreamBody(id)).status).toBe('error')
  })

  it('get every event, without any text', async () => {
    const { streams, clock, events } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    await hand.append('secret. ')
    hand.finish()
    await clock.advance(300)
    expect(events.map(({ type }) => type)).toEqual([
      'claimed',
      'joined',
      'stored',
      'closed',
    ] satisfies StreamServerEvent['type'][])
    expect(JSON.stringify(events)).not.toContain('secret')
  })

  it('write errors to the console by default', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const streams = createStreams({ store: memoryStore() })
    const id = await streams.createStream()
    const cause = new Error('producer')
    const response = await streams.stream(request(), id, () => Promise.reject(cause))
    await response.text()
    expect(log).toHaveBeenCalledWith(expect.stringContaining(id), cause)
    log.mockRestore()
    await streams.close()
  })

  it('waitUntil gets a promise that resolves at the end of the run', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    let isOver = false
    await streams.stream(request(), id, hand.producer, {
      waitUntil: (promise) =>
        void promise.then(() => {
          isOver = true
        }),
    })
    await clock.advance(1_000)
    expect(isOver).toBe(false)
    hand.finish()
    await clock.advance(300)
    expect(isOver).toBe(true)
  })
})
