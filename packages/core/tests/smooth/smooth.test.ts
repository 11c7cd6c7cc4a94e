import { createStreamClient } from '@keepstream/core'
import { smooth } from '@keepstream/core/smooth'
import { fakeStream } from '@keepstream/core/testing'
import { describe, expect, it } from 'vitest'
import { follow, LAG_MS, shown, smoothSetup, TEN } from '../support/smooth-setup'

describe('a burst', () => {
  it('is revealed at an even pace, all of it after the lag', async () => {
    const world = smoothSetup()
    const { burst, texts, shown } = await follow(world)
    await burst(TEN.repeat(2))
    expect(shown()).toBe('')
    const { length } = texts()
    await world.clock.advance(LAG_MS)
    expect(shown()).toBe(TEN.repeat(2))
    // One unit for each frame of 20 ms.
    expect(
      texts()
        .slice(length)
        .map((text) => text.length),
    ).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })

  it('that follows others is revealed at the speed they come with, without a stop between them', async () => {
    const world = smoothSetup()
    const { burst, texts } = await follow(world)
    for (let round = 0; round < 12; round++) {
      await burst(TEN.repeat(2))
      await world.clock.advance(200)
    }
    const lengths = texts().map((text) => text.length)
    lengths.splice(0, lengths.lastIndexOf(0))
    const steps = lengths.slice(1).map((length, index) => length - (lengths[index] ?? 0))
    // 20 units in each 200 ms are 2 in each frame, once it is up to speed.
    expect(Math.min(...steps)).toBeGreaterThan(0)
    expect(new Set(steps.slice(-40))).toEqual(new Set([2]))
  })

  it('never waits longer than the lag, however much comes behind it', async () => {
    const world = smoothSetup()
    const { burst, shown } = await follow(world)
    await burst(TEN.repeat(100))
    for (let passed = 0; passed < LAG_MS; passed += 20) {
      await world.clock.advance(20)
      await burst('+')
    }
    expect(shown().length).toBeGreaterThanOrEqual(1000)
  })

  it('is revealed on time where no frames come', async () => {
    const world = smoothSetup({ frameMs: Number.POSITIVE_INFINITY })
    const { burst, texts, shown } = await follow(world)
    await burst(TEN)
    await world.clock.advance(LAG_MS)
    expect(shown()).toBe(TEN)
    expect(texts().length).toBeGreaterThan(4)
  })

  it('is revealed at once when the clock is set back', async () => {
    const world = smoothSetup()
    let offsetMs = 0
    const wall = { now: () => world.clock.Date.now() + offsetMs }
    const smoothed = smooth(world.client, { environment: { ...world.environment, Date: wall } })
    const { burst, shown } = await follow({ ...world, smoothed })
    await burst(TEN)
    offsetMs = -3_600_000
    await world.clock.advance(20)
    expect(shown()).toBe(TEN)
  })

  it('is published at most once a frame', async () => {
    const world = smoothSetup()
    const { burst, states } = await follow(world)
    await burst(TEN.repeat(1000))
    const { length } = states
    await world.clock.advance(200)
    expect(states.length - length).toBe(10)
  })
})

describe('what a reader sees as one character', () => {
  const characters = ['👩‍👩‍👧‍👦', '🇩🇪', '🇫🇷', 'é', '👍🏽', '\r\n', 'a', '😀', 'ก็']

  it('is never split', async () => {
    const world = smoothSetup({ frameMs: 5 })
    const { burst, texts } = await follow(world)
    await burst(characters.join(''))
    await world.clock.advance(LAG_MS)
    const prefixes = characters.map((_, index) => characters.slice(0, index + 1).join(''))
    const seen = [...new Set(texts())].filter((text) => text)
    expect(seen).toEqual(prefixes)
  })

  it('is not split where the source had split it, as long as the lag allows', async () => {
    const world = smoothSetup({ frameMs: 5 })
    const { burst, texts } = await follow(world)
    await burst('ab👩‍')
    await world.clock.advance(50)
    await burst('👩‍👧‍👦cd')
    await world.clock.advance(LAG_MS)
    expect([...new Set(texts())]).toEqual(['', 'a', 'ab', 'ab👩‍👩‍👧‍👦', 'ab👩‍👩‍👧‍👦c', 'ab👩‍👩‍👧‍👦cd'])
  })

  it('stays whole once its beginning had to be shown', async () => {
    const world = smoothSetup({ frameMs: 5 })
    const { burst, texts } = await follow(world)
    await burst('👩')
    await world.clock.advance(LAG_MS)
    await burst('‍👩‍👧‍👦!')
    await world.clock.advance(LAG_MS)
    expect([...new Set(texts())]).toEqual(['', '👩', '👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦!'])
  })

  it('is never split on the clock of a fake stream either', async () => {
    // The first chunk is shown at once: with it a driver has caught up.
    const fake = fakeStream({ text: ['- ', characters.join('')] })
    const stream = smooth(createStreamClient(fake.sources), { environment: fake.clock }).stream('a')
    const seen = new Set<string>()
    stream.subscribe(({ text }) => seen.add(text), { start: true })
    await fake.finish()
    const prefixes = characters.map((_, index) => `- ${characters.slice(0, index + 1).join('')}`)
    expect([...seen]).toEqual(['', '- ', ...prefixes])
  })

  it('is a code point where there is no segmenter', async () => {
    const world = smoothSetup({ frameMs: 5 })
    const smoothed = smooth(world.client, { environment: { ...world.environment, Intl: undefined } })
    const { burst, texts } = await follow({ ...world, smoothed })
    await burst('😀a😀')
    await world.clock.advance(LAG_MS)
    expect([...new Set(texts())]).toEqual(['', '😀', '😀a', '😀a😀'])
  })

  it('waits for its other half, which an end does not', async () => {
    const world = smoothSetup()
    const { burst, shown, stream } = await follow(world)
    await burst('a\uD83D')
    await world.clock.advance(10_000)
    expect(shown()).toBe('a')
    world.tail.last.sink.next({ offset: 2, text: '', status: 'done' })
    await world.clock.advance(LAG_MS)
    expect(stream.$state.get()).toMatchObject({ text: 'a\uD83D', status: 'done' })
  })
})

describe('the end', () => {
  it('comes with the whole text, within the lag', async () => {
    const world = smoothSetup()
    const { burst, states } = await follow(world)
    await burst(TEN)
    await world.clock.advance(300)
    world.tail.last.sink.next({ offset: 10, text: TEN.repeat(3), status: 'done' })
    await world.clock.advance(0)
    expect(states.at(-1)).toMatchObject({ status: 'streaming', connection: 'live' })
    await world.clock.advance(LAG_MS)
    expect(states.at(-1)).toMatchObject({ text: TEN.repeat(4), status: 'done', connection: 'closed' })
    const early = states.filter(
      ({ status, connection, text }) => (status === 'done' || connection === 'closed') && text.length < 40,
    )
    expect(early).toEqual([])
    expect(world.clock.waiting).toBe(0)
  })

  it('of a connection is shown at once, and the text is still revealed', async () => {
    const world = smoothSetup()
    const { burst, stream } = await follow(world)
    await burst(TEN)
    world.tail.last.fail(new Error('cut'))
    await world.clock.advance(0)
    expect(stream.$state.get()).toMatchObject({
      text: '',
      connection: 'connecting',
      retrying: { error: { code: 'network' } },
    })
    await world.clock.advance(80)
    expect(shown(stream)).toBe('01')
  })
})

describe('where the store contradicts what was shown (P9)', () => {
  it('it is cut there, and the rest is revealed', async () => {
    const world = smoothSetup()
    const { stream, states, texts } = await follow(world, 'abcdef')
    const received: [string, number][] = []
    stream.onText((delta, offset) => received.push([delta, offset]))
    const { length } = states
    world.tail.last.sink.next({ offset: 0, text: 'abcXYZ', status: 'streaming' })
    await world.clock.advance(0)
    expect(stream.$state.get()).toMatchObject({ text: 'abc', isReconciled: true })
    await world.clock.advance(LAG_MS)
    expect([...new Set(texts().slice(length))]).toEqual(['abc', 'abcX', 'abcXY', 'abcXYZ'])
    expect(received).toEqual([
      ['', 3],
      ['X', 3],
      ['Y', 4],
      ['Z', 5],
    ])
  })

  it('a cut beyond the shown text takes nothing back, and an end still comes with the whole text', async () => {
    const world = smoothSetup()
    const { burst, states, texts } = await follow(world)
    await burst(TEN)
    await world.clock.advance(100)
    world.tail.last.sink.next({ offset: 0, text: '01234ABC', status: 'done' })
    await world.clock.advance(LAG_MS)
    expect(texts().filter((text) => !'01234ABC'.startsWith(text))).toEqual([])
    expect(states.at(-1)).toMatchObject({ text: '01234ABC', status: 'done', isReconciled: true })
  })
})
