import { createStreamClient } from '@keepstream/core'
import { smooth } from '@keepstream/core/smooth'
import { fakeStream } from '@keepstream/core/testing'
import { describe, expect, it } from 'vitest'
import { follow, shown, smoothSetup, TEN } from '../support/smooth-setup'

describe('at once is shown', () => {
  it('what was there before this reader came', async () => {
    const world = smoothSetup()
    const stream = world.smoothed.stream('a')
    stream.attach()
    await world.clock.advance(0)
    world.tail.last.sink.next({ offset: 0, text: TEN, status: 'streaming', upToDate: false })
    await world.clock.advance(1)
    expect(shown(stream)).toBe(TEN)
    world.tail.last.sink.next({ offset: 10, text: TEN, status: 'streaming', upToDate: true })
    await world.clock.advance(1)
    expect(shown(stream)).toBe(TEN + TEN)
    expect(stream.$state.get().isCaughtUp).toBe(true)
  })

  it.each(['attach', 'subscribe'] as const)(
    'what the page of a reader that comes later was rendered with, by %s, and what comes then is revealed',
    async (way) => {
      const world = smoothSetup()
      const { states, stream } = await follow(world, TEN)
      const { length } = states
      const initial = { text: TEN.repeat(3), status: 'streaming', origin: { epoch: 1, base: 0 } } as const
      if (way === 'attach') stream.attach({ initial })
      else stream.subscribe(() => {}, { initial })
      expect(shown(stream)).toBe(TEN.repeat(3))
      expect(states.slice(length).map(({ text }) => text)).toEqual([TEN.repeat(3)])
      world.tail.last.sink.next({ offset: 30, text: TEN, status: 'streaming', origin: { epoch: 1, base: 0 } })
      await world.clock.advance(0)
      await world.clock.advance(200)
      expect(shown(stream)).toBe(`${TEN.repeat(3)}01234`)
    },
  )

  it('nothing more to a reader whose page was rendered with less than is shown', async () => {
    const world = smoothSetup()
    const { burst, stream } = await follow(world, TEN)
    await burst(TEN)
    await world.clock.advance(200)
    stream.attach({ initial: { text: TEN, status: 'streaming', origin: { epoch: 1, base: 0 } } })
    expect(shown(stream)).toBe(`${TEN}01234`)
  })

  it('a finished text, with its end', async () => {
    const world = smoothSetup()
    const stream = world.smoothed.stream('a')
    stream.attach()
    await world.clock.advance(0)
    world.tail.last.sink.next({ offset: 0, text: TEN, status: 'done', origin: { epoch: 1, base: 0 } })
    expect(stream.$state.get()).toMatchObject({ text: TEN, status: 'done' })
  })

  it('everything to a user who prefers reduced motion, also when that changes', async () => {
    const world = smoothSetup()
    const { burst, shown } = await follow(world)
    await burst(TEN)
    await world.clock.advance(100)
    expect(shown().length).toBeLessThan(5)
    world.media.matches = true
    await world.clock.advance(20)
    expect(shown()).toBe(TEN)
    await burst(TEN)
    expect(shown()).toBe(TEN + TEN)
  })

  it('everything when the page is hidden, and what comes while it is', async () => {
    const world = smoothSetup()
    const { burst, shown } = await follow(world)
    await burst(TEN)
    world.hide(true)
    expect(shown()).toBe(TEN)
    await burst(TEN)
    expect(shown()).toBe(TEN + TEN)
    expect(world.listeners.size).toBe(0)
  })

  it('the rest, after the user stopped the stream', async () => {
    const fake = fakeStream({ text: TEN.repeat(10), chunkLength: 10 })
    const client = createStreamClient(fake.sources)
    const stream = smooth(client, { environment: fake.clock }).stream('a')
    stream.attach({ start: true })
    await fake.clock.advance(330)
    const stopped = stream.stop()
    await fake.clock.advance(0)
    expect(shown(stream).length).toBeLessThan(shown(client.stream('a')).length)
    // The end is sent once it is stored.
    await fake.clock.advance(100)
    await stopped
    expect(stream.$state.get()).toMatchObject({ text: TEN.repeat(6), status: 'stopped' })
    await fake.finish()
  })

  it('everything without a lag, and nothing is waited for', async () => {
    const world = smoothSetup({ maxLagMs: 0 })
    const { burst, shown } = await follow(world)
    const { waiting } = world.clock
    await burst(TEN)
    expect([shown(), world.clock.waiting, world.listeners.size]).toEqual([TEN, waiting, 0])
  })

  it('everything a frame after the last reader has left, when nothing is waited for', async () => {
    const world = smoothSetup()
    const { burst, leave, shown } = await follow(world)
    const { waiting } = world.clock
    await burst(TEN)
    expect([world.clock.waiting - waiting, world.listeners.size]).toEqual([2, 1])
    leave()
    await world.clock.advance(20)
    expect(shown()).toBe(TEN)
    expect([world.clock.waiting, world.listeners.size]).toEqual([0, 0])
  })
})
