import { describe, expect, it } from 'vitest'
import { StreamServerError } from '../../src/index'
import type { Ending } from '../../src/run/persister'
import { settled } from '../support/clock'
import { collect, parseEvents, request, textOf } from '../support/rig'
import { running } from '../support/running'

/** See docs/marks.md. */
const markOf = (chunk: object) => `\u001e${JSON.stringify(chunk)}\n`
const sse = { Accept: 'text/event-stream' }

describe('S8 slices', () => {
  it('are stored at a sentence end, but not within 100 ms after the last one', async () => {
    const { hand, clock, slices } = await running()
    await hand.append('One.')
    await settled()
    expect(slices()).toEqual(['One.'])
    await clock.advance(40)
    await hand.append(' Two.')
    await hand.append(' Th')
    await clock.advance(59)
    expect(slices()).toEqual(['One.'])
    await clock.advance(1)
    expect(slices()).toEqual(['One.', ' Two. Th'])
  })

  it('are stored after 250 ms without a sentence end', async () => {
    const { hand, clock, slices } = await running()
    await hand.append('no')
    await clock.advance(200)
    await hand.append(' end')
    await clock.advance(49)
    expect(slices()).toEqual([])
    await clock.advance(1)
    expect(slices()).toEqual(['no end'])
  })

  it('are stored at once when 4 Ki units wait', async () => {
    const { hand, clock, slices } = await running()
    await hand.append('x'.repeat(4_095))
    await clock.advance(0)
    expect(slices()).toEqual([])
    await hand.append('y')
    await clock.advance(0)
    expect(slices().map((text) => text.length)).toEqual([4_096])
  })

  it('are stored at once with a mark about a tool call, because somebody waits to see it', async () => {
    const { hand, clock, slices } = await running()
    await hand.append('Let me look.')
    await clock.advance(0)
    await hand.append(markOf({ type: 'text-start', id: 'a' }))
    await clock.advance(0)
    expect(slices()).toHaveLength(1)
    const call = markOf({ type: 'tool-input-start', toolCallId: 'c', toolName: 'search' })
    await hand.append(call)
    await clock.advance(0)
    expect(slices().at(-1)).toMatch(new RegExp(`${call}$`))
    await hand.append('{"query":')
    await clock.advance(0)
    expect(slices()).toHaveLength(2)
  })

  it('are stored at once with what `atOnce` matches', async () => {
    const { hand, clock, slices } = await running({ flush: { atOnce: /\[now\]/ } })
    for (const text of ['First.', 'second', '[now]', 'third']) {
      await hand.append(text)
      await clock.advance(0)
    }
    expect(slices()).toEqual(['First.', 'second[now]'])
  })

  it('follow the options, also a sentence end with a global flag', async () => {
    const { hand, clock, slices } = await running({
      flush: { sentenceMs: 0, intervalMs: 1_000, maxLength: 10, sentenceEnd: /;/g },
    })
    for (const text of ['a;', 'b;', 'c.', '0123456789']) {
      await hand.append(text)
      await clock.advance(0)
    }
    expect(slices()).toEqual(['a;', 'b;', 'c.0123456789'])
  })

  it('come at once for a driver that was cut ahead of the stored text, until it has new text', async () => {
    const { hand, clock, id, streams, slices } = await running()
    const follow = async (offset: number) =>
      collect(await streams.read(request(`/?offset=${offset}&epoch=1`, { headers: sse }), id))
    await hand.append('Stored. ')
    await clock.advance(0)
    await hand.append('seen')
    const atTheEnd = await follow('Stored. '.length)
    await clock.advance(0)
    expect(slices()).toEqual(['Stored. '])
    const nowhere = await follow(1_000_000)
    const ahead = await follow('Stored. seen'.length)
    await clock.advance(0)
    expect(slices()).toEqual(['Stored. '])
    await hand.append(' new')
    await clock.advance(0)
    expect(slices()).toEqual(['Stored. ', 'seen new'])
    for (const { text } of [atTheEnd, ahead]) expect(textOf(parseEvents(text).events)).toBe('seen new')
    await hand.append(' and')
    await clock.advance(0)
    expect(slices()).toEqual(['Stored. ', 'seen new'])
    await Promise.all([atTheEnd.cancel(), nowhere.cancel(), ahead.cancel()])
  })

  it('get bigger when the store is slow, with one write at a time', async () => {
    const { hand, clock, slices, store } = await running()
    let writing = 0
    store.instead.append = async (pass) => {
      expect(++writing).toBe(1)
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 1_000))
      writing--
      return pass()
    }
    for (let index = 0; index < 40; index++) {
      await hand.append('Word. ')
      await clock.advance(50)
    }
    hand.finish()
    await clock.advance(3_000)
    expect(slices().map((text) => text.length)).toEqual([6, 114, 120])
  })

  it('that fail are retried with a backoff until they succeed, and lose nothing', async () => {
    const { hand, clock, slices, store, streams, id, errors, raw } = await running()
    store.instead.append = () => Promise.reject(new Error('disk full'))
    await hand.append('One. ')
    await clock.advance(60_000)
    expect(slices().length).toBeGreaterThan(10)
    expect(slices().length).toBeLessThan(25)
    expect(errors).toMatchObject([{ error: { message: 'disk full' }, context: { id, source: 'store' } }])
    await hand.append('Two.')
    delete store.instead.append
    await clock.advance(5_000)
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'One. Two.', status: 'streaming' })
    hand.finish()
    await clock.advance(300)
    expect(raw).toMatchObject({ text: 'One. Two.', isDone: true })
    expect((await streams.getStreamBody(id)).status).toBe('done')
  })

  it('that fail are retried at least as often as a short lease needs a heartbeat', async () => {
    const { hand, clock, slices, store } = await running({ leaseMs: 3_000 })
    store.instead.append = () => Promise.reject(new Error('disk full'))
    await hand.append('One. ')
    await clock.advance(30_000)
    const before = slices().length
    await clock.advance(30_000)
    expect(slices().length - before).toBeGreaterThanOrEqual(30)
  })

  it('whose results are lost are not stored twice', async () => {
    const { hand, clock, store, streams, id } = await running()
    let losses = 0
    const losing = async <T>(pass: () => Promise<T>) => {
      const result = await pass()
      if (losses++ % 2 === 0) throw new Error('connection reset')
      return result
    }
    store.instead.append = losing
    store.instead.close = losing
    for (const text of ['One. ', 'Two. ', 'Three. ', 'Four.']) {
      await hand.append(text)
      await clock.advance(700)
    }
    hand.finish()
    await clock.advance(5_000)
    expect(losses).toBeGreaterThan(6)
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'One. Two. Three. Four.', status: 'done' })
  })

  it('have all that is appended in one turn of the event loop, and the end too', async () => {
    const { hand, clock, store, slices } = await running()
    const parts = ['One. ', 'Two. ', 'Three. ']
    await Promise.all(parts.map((part) => hand.append(part)))
    await clock.advance(0)
    expect(slices()).toEqual([parts.join('')])
    await clock.advance(1_000)
    const last = hand.append('Four.')
    hand.finish()
    await last
    await clock.advance(0)
    expect(slices()).toHaveLength(1)
    expect(store.of('close')[0]?.[1]).toMatchObject({ text: 'Four.', status: 'done' })
  })

  it("continue at the store's offset when it lost text that it had acknowledged", async () => {
    const { hand, clock, store, streams, id, slices } = await running()
    // The store acknowledged the text and lost it, so it is behind at the next call.
    store.instead.append = async () => ({ type: 'ok', offset: 5, stopRequested: false })
    await hand.append('One. ')
    await clock.advance(300)
    delete store.instead.append
    await hand.append('Two.')
    await clock.advance(0)
    hand.finish()
    await clock.advance(5_000)
    expect(slices()).toEqual(['One. ', 'Two.', 'One. Two.'])
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'One. Two.', status: 'done' })
  })

  it('that conflict without a reason are repeated with a backoff', async () => {
    const { hand, clock, store, slices, id } = await running()
    store.instead.append = async () => {
      const [head] = await store.heads([id])
      if (!head) throw new Error('no head')
      return { type: 'conflict', head }
    }
    await hand.append('One.')
    await clock.advance(10_000)
    expect(slices().length).toBeGreaterThan(3)
    expect(slices().length).toBeLessThan(15)
    delete store.instead.append
    await clock.advance(5_000)
    expect((await store.heads([id]))[0]?.offset).toBe(4)
  })

  it('that the store refuses for their content end the run, and the durable text stays', async () => {
    const { hand, clock, store, streams, id, raw, errors } = await running()
    const slow = await streams.stream(request(), id, hand.producer)
    await hand.append('Good. ')
    await clock.advance(300)
    store.instead.append = () => Promise.reject(new StreamServerError('content-refused', 'too spicy'))
    await hand.append('Bad.')
    await clock.advance(1_000)
    expect(await (await streams.read(request(), id)).json()).toMatchObject({
      text: 'Good. ',
      status: 'error',
      error: 'content-refused',
    })
    expect(raw.isDone).toBe(true)
    expect(await slow.text()).toBe('Good. ')
    expect(hand.calls[0]?.signal.aborted).toBe(true)
    expect(errors).toHaveLength(1)
    expect(clock.timers).toBe(0)
  })

  it('that are refused together with the end also end the run as error', async () => {
    const { hand, clock, store, streams, id } = await running()
    await hand.append('Good. ')
    await clock.advance(300)
    await hand.append('bad')
    let refusals = 0
    store.instead.close = (pass) =>
      refusals++ === 0 ? Promise.reject(new StreamServerError('content-refused', 'no')) : pass()
    hand.finish()
    await clock.advance(1_000)
    expect(await (await streams.read(request(), id)).json()).toMatchObject({ text: 'Good. ', status: 'error' })
  })

  it('are at most 256 Ki units, never cut inside a surrogate pair', async () => {
    const { hand, clock, slices, streams, id } = await running()
    const text = `x${'😀'.repeat(300_000)}`
    await hand.append(text)
    hand.finish()
    await clock.advance(300)
    expect(Math.max(...slices().map(({ length }) => length))).toBeLessThanOrEqual(262_144)
    for (const slice of slices()) expect(slice).not.toMatch(/[\uD800-\uDBFF]$/)
    const body = await streams.getStreamBody(id)
    expect([body.text === text, body.status]).toEqual([true, 'done'])
  })
})

it('an ending admits no nonsense', () => {
  // @ts-expect-error `done` has no error
  const done: Ending = { status: 'done', error: 'generation' }
  // @ts-expect-error `error` has its code
  const failed: Ending = { status: 'error' }
  // @ts-expect-error a stop has no finish reason
  const stopped: Ending = { status: 'stopped', finishReason: 'stop' }
  expect([done, failed, stopped]).toHaveLength(3)
})
