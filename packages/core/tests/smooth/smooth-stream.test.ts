import { createStreamClient } from '@keepstream/core'
import { smooth } from '@keepstream/core/smooth'
import { describe, expect, it } from 'vitest'
import { collectGarbage } from '../support/collect-garbage'
import { fakeLive, fakeTail } from '../support/fake-source'
import { settle } from '../support/fake-time'
import { reportedIn } from '../support/reported'
import { follow, LAG_MS, shown, smoothSetup, TEN } from '../support/smooth-setup'

describe('a smooth stream', () => {
  it('is the same object for the same id, while it or its state is referenced', async () => {
    const { smoothed } = smoothSetup()
    expect(smoothed.stream('a')).toBe(smoothed.stream('a'))
    expect(smoothed.stream('a')).not.toBe(smoothed.stream('b'))
    expect(smoothed.stream(undefined)).toBe(smoothed.stream(undefined))
    const { $state } = smoothed.stream('held')
    await collectGarbage()
    expect(smoothed.stream('held').$state).toBe($state)
  })

  it('is garbage-collected without references', async () => {
    const { smoothed } = smoothSetup()
    const ref = new WeakRef(smoothed.stream('a'))
    await collectGarbage()
    expect(ref.deref()).toBeUndefined()
  })

  it('goes on for one reader when the other one leaves', async () => {
    const world = smoothSetup()
    const { burst, stream, leave, shown } = await follow(world)
    const other = stream.attach()
    await burst(TEN)
    leave()
    leave()
    await world.clock.advance(200)
    expect(shown()).toBe('01234')
    other()
    await world.clock.advance(20)
    expect(shown()).toBe(TEN)
  })

  it('goes on where it was for a reader that is back before the next frame', async () => {
    const world = smoothSetup()
    const { burst, stream, leave, shown } = await follow(world)
    await burst(TEN)
    await world.clock.advance(200)
    leave()
    stream.attach()
    await world.clock.advance(180)
    expect(shown()).toBe('012345678')
  })

  it('does not read when its state has a listener, but follows the source', async () => {
    const world = smoothSetup()
    const stream = world.smoothed.stream('a')
    const texts: string[] = []
    stream.$state.listen(({ text }) => texts.push(text))
    await settle()
    expect(world.tail.opened).toHaveLength(0)
    world.client.stream('a').attach()
    await world.clock.advance(0)
    world.tail.last.sink.next({ offset: 0, text: 'a', status: 'streaming' })
    world.tail.last.sink.next({ offset: 0, text: 'abc', status: 'streaming' })
    await world.clock.advance(0)
    expect(texts.at(-1)).toBe('abc')
  })

  it('makes no request for a reader that leaves in the same tick, and drives for one that says so', async () => {
    const world = smoothSetup()
    const stream = world.smoothed.stream('a')
    stream.attach({ start: true })()
    await settle()
    expect(world.live.opened).toHaveLength(0)
    stream.attach({ start: true })
    await settle()
    expect([world.live.opened.length, world.tail.opened.length]).toEqual([1, 0])
  })

  it('calls `onText` once for each revealed character, until it is unsubscribed', async () => {
    const world = smoothSetup()
    const { burst, stream } = await follow(world, 'ab')
    let text = 'ab'
    const unsubscribe = stream.onText((delta, offset) => {
      text = text.slice(0, offset) + delta
      expect(text).toBe(shown(stream))
    })
    await burst(TEN)
    await world.clock.advance(200)
    expect(text).toBe('ab01234')
    unsubscribe()
    await world.clock.advance(200)
    expect(text).toBe('ab01234')
  })

  it('goes on when a listener throws, which is reported', async () => {
    const world = smoothSetup()
    const { burst, stream, shown } = await follow(world)
    const errors = await reportedIn(async () => {
      stream.onText(() => {
        throw new Error('mine')
      })
      stream.$state.listen(() => {
        throw new Error('mine too')
      })
      await burst('ab')
      await world.clock.advance(LAG_MS)
    })
    expect(shown()).toBe('ab')
    expect(new Set(errors.map((error) => (error as Error).message))).toEqual(new Set(['mine', 'mine too']))
  })

  it('tries again, and refuses a stop without a source, as the stream it reads does', async () => {
    const world = smoothSetup()
    const { stream } = await follow(world)
    world.tail.last.fail(new Error('cut'))
    await world.clock.advance(0)
    const { length } = world.tail.opened
    stream.retry()
    await world.clock.advance(0)
    expect(world.tail.opened).toHaveLength(length + 1)
    await expect(stream.stop()).rejects.toMatchObject({ code: 'stop-unsupported' })
  })

  it('shows what a page was rendered with at once, and can be had where there is no page', () => {
    const client = createStreamClient({ live: fakeLive(), snapshot: fakeTail() })
    const stream = smooth(client).stream('a', { initial: { text: TEN, status: 'streaming' } })
    expect(shown(stream)).toBe(TEN)
  })

  it('is refused for a lag that is no number', () => {
    const { client } = smoothSetup()
    for (const maxLagMs of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => smooth(client, { maxLagMs })).toThrow(
        expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining('`maxLagMs`') }),
      )
  })
})
