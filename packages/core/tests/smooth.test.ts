import { createStreamClient, type StreamState, type TextStream } from '@keepstream/core'
import { type SmoothEnvironment, type SmoothOptions, smooth } from '@keepstream/core/smooth'
import { createFakeClock } from '@keepstream/core/testing'
import { describe, expect, it } from 'vitest'
import { collectGarbage } from './support/collect-garbage'
import { fakeLive, fakeTail } from './support/fake-source'
import { settle } from './support/fake-time'
import { setup } from './support/setup'
import { uncaughtIn } from './support/uncaught'

const LAG_MS = 400
const TEN = '0123456789'

/** A page and a client whose clock, sources and media are in the hands of the test. */
function smoothSetup({ frameMs = 20, ...options }: SmoothOptions & { frameMs?: number } = {}) {
  const clock = createFakeClock({ frameMs })
  const media = { matches: false }
  const listeners = new Set<(event: object) => void>()
  const document = {
    hidden: false,
    addEventListener(_: string, listener: (event: object) => void, { signal }: { signal: AbortSignal }) {
      listeners.add(listener)
      signal.addEventListener('abort', () => listeners.delete(listener))
    },
  }
  const environment: SmoothEnvironment = { ...clock, Intl, document, matchMedia: () => media }
  // The source publishes without a wait, so that only what is smooth takes time.
  const world = { ...clock, requestAnimationFrame: undefined }
  const { client, live, tail } = setup({ environment: world, publishMs: 0, graceMs: 0 })
  const smoothed = smooth(client, { environment, ...options })
  const hide = (isHidden: boolean) => {
    document.hidden = isHidden
    for (const listener of [...listeners]) listener({})
  }
  return { client, smoothed, live, tail, clock, media, hide, listeners, environment }
}

/** A follower that has caught up with `text`. */
async function follow({ smoothed, tail, clock }: ReturnType<typeof smoothSetup>, text = '') {
  const stream = smoothed.stream('a')
  const states: StreamState[] = []
  const leave = stream.subscribe((state) => states.push(state))
  await clock.advance(0)
  tail.last.sink.next({ text, status: 'streaming' })
  await clock.advance(0)
  const texts = () => states.map(({ text }) => text)
  let length = text.length
  const burst = async (added: string) => {
    tail.last.sink.next({ offset: length, text: added, status: 'streaming' })
    length += added.length
    await clock.advance(0)
  }
  return { stream, states, texts, burst, leave, shown: () => shown(stream) }
}

const shown = (stream: TextStream) => stream.$state.get().text

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

describe('at once is shown', () => {
  it('what was there before this reader came', async () => {
    const world = smoothSetup()
    const stream = world.smoothed.stream('a')
    stream.attach()
    await world.clock.advance(0)
    world.tail.last.sink.next({ text: TEN, status: 'streaming', upToDate: false })
    await world.clock.advance(1)
    expect(shown(stream)).toBe(TEN)
    world.tail.last.sink.next({ offset: 10, text: TEN, status: 'streaming', upToDate: true })
    await world.clock.advance(1)
    expect(shown(stream)).toBe(TEN + TEN)
    expect(stream.$state.get().isCaughtUp).toBe(true)
  })

  it('a finished text, with its end', async () => {
    const world = smoothSetup()
    const stream = world.smoothed.stream('a')
    stream.attach()
    await world.clock.advance(0)
    world.tail.last.sink.next({ text: TEN, status: 'done' })
    expect(stream.$state.get()).toMatchObject({ text: TEN, status: 'done' })
  })

  it('everything to a person who prefers reduced motion, also one who comes to prefer it', async () => {
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

  it('the rest, to whoever stopped the stream', async () => {
    const clock = createFakeClock()
    const tail = fakeTail()
    const client = createStreamClient({
      snapshot: tail,
      stop: async () => ({ end: 10, status: 'stopped' }),
      environment: { ...clock, requestAnimationFrame: undefined },
      publishMs: 0,
    })
    const stream = smooth(client, { environment: clock }).stream('a')
    stream.attach()
    await clock.advance(0)
    tail.last.sink.next({ text: '', status: 'streaming' })
    tail.last.sink.next({ text: TEN, status: 'streaming' })
    await clock.advance(0)
    expect(shown(stream)).toBe('')
    await stream.stop()
    expect(stream.$state.get()).toMatchObject({ text: TEN, status: 'stopped' })
  })

  it('everything without a lag, and nothing is waited for', async () => {
    const world = smoothSetup({ maxLagMs: 0 })
    const { burst, shown } = await follow(world)
    const { waiting } = world.clock
    await burst(TEN)
    expect([shown(), world.clock.waiting, world.listeners.size]).toEqual([TEN, waiting, 0])
  })

  it('everything when the last reader leaves, after which nothing is waited for', async () => {
    const world = smoothSetup()
    const { burst, leave, shown } = await follow(world)
    const { waiting } = world.clock
    await burst(TEN)
    expect([world.clock.waiting - waiting, world.listeners.size]).toEqual([2, 1])
    leave()
    expect(shown()).toBe(TEN)
    await world.clock.advance(0)
    expect([world.clock.waiting, world.listeners.size]).toEqual([0, 0])
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

  it('of a connection is told at once, and the text is revealed on', async () => {
    const world = smoothSetup()
    const { burst, stream } = await follow(world)
    await burst(TEN)
    world.tail.last.fail(new Error('cut'))
    await world.clock.advance(0)
    expect(stream.$state.get()).toMatchObject({ text: '', connection: 'waiting', error: { code: 'network' } })
    await world.clock.advance(80)
    expect(shown(stream)).toBe('01')
  })
})

describe('where the store contradicts what was shown (P9)', () => {
  it('it is cut there, and the rest is revealed', async () => {
    const world = smoothSetup()
    const { stream, states, texts } = await follow(world, 'abcdef')
    const heard: [string, number][] = []
    stream.onText((delta, offset) => heard.push([delta, offset]))
    const { length } = states
    world.tail.last.sink.next({ text: 'abcXYZ', status: 'streaming' })
    await world.clock.advance(0)
    expect(stream.$state.get()).toMatchObject({ text: 'abc', isReconciled: true })
    await world.clock.advance(LAG_MS)
    expect([...new Set(texts().slice(length))]).toEqual(['abc', 'abcX', 'abcXY', 'abcXYZ'])
    expect(heard).toEqual([
      ['', 3],
      ['X', 3],
      ['Y', 4],
      ['Z', 5],
    ])
  })

  it('a cut beyond what is shown takes nothing back, and an end still comes with the whole text', async () => {
    const world = smoothSetup()
    const { burst, states, texts } = await follow(world)
    await burst(TEN)
    await world.clock.advance(100)
    world.tail.last.sink.next({ text: '01234ABC', status: 'done' })
    await world.clock.advance(LAG_MS)
    expect(texts().filter((text) => !'01234ABC'.startsWith(text))).toEqual([])
    expect(states.at(-1)).toMatchObject({ text: '01234ABC', status: 'done', isReconciled: true })
  })
})

describe('a smooth stream', () => {
  it('is the same object for the same id, as long as somebody holds it or its state', async () => {
    const { smoothed } = smoothSetup()
    expect(smoothed.stream('a')).toBe(smoothed.stream('a'))
    expect(smoothed.stream('a')).not.toBe(smoothed.stream('b'))
    expect(smoothed.stream(undefined)).toBe(smoothed.stream(undefined))
    const { $state } = smoothed.stream('held')
    await collectGarbage()
    expect(smoothed.stream('held').$state).toBe($state)
  })

  it('is let go of when nobody holds it', async () => {
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
    expect(shown()).toBe(TEN)
  })

  it('does not read because somebody listens to its state, which follows the source then', async () => {
    const world = smoothSetup()
    const stream = world.smoothed.stream('a')
    const texts: string[] = []
    stream.$state.listen(({ text }) => texts.push(text))
    await settle()
    expect(world.tail.opened).toHaveLength(0)
    world.client.stream('a').attach()
    await world.clock.advance(0)
    world.tail.last.sink.next({ text: 'a', status: 'streaming' })
    world.tail.last.sink.next({ text: 'abc', status: 'streaming' })
    await world.clock.advance(0)
    expect(texts.at(-1)).toBe('abc')
  })

  it('makes no request for a reader that leaves in the same tick, and drives for one that says so', async () => {
    const world = smoothSetup()
    const stream = world.smoothed.stream('a')
    stream.attach({ driven: true })()
    await settle()
    expect(world.live.opened).toHaveLength(0)
    stream.attach({ driven: true })
    await settle()
    expect([world.live.opened.length, world.tail.opened.length]).toEqual([1, 0])
  })

  it('tells what it reveals, once for each character, until the undo', async () => {
    const world = smoothSetup()
    const { burst, stream } = await follow(world, 'ab')
    let text = 'ab'
    const undo = stream.onText((delta, offset) => {
      text = text.slice(0, offset) + delta
      expect(text).toBe(shown(stream))
    })
    await burst(TEN)
    await world.clock.advance(200)
    expect(text).toBe('ab01234')
    undo()
    await world.clock.advance(200)
    expect(text).toBe('ab01234')
  })

  it('goes on when a listener throws, which is reported', async () => {
    const world = smoothSetup()
    const { burst, stream, shown } = await follow(world)
    const errors = await uncaughtIn(async () => {
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
    for (const maxLagMs of [-1, Number.NaN])
      expect(() => smooth(client, { maxLagMs })).toThrow(expect.objectContaining({ code: 'invalid-option' }))
  })
})
