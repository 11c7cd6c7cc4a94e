import { describe, expect, it } from 'vitest'
import type { Append } from '../../src/index'
import { rewindMistake } from '../../src/run/rewind'
import { createTextLog } from '../../src/run/text-log'
import { settled } from '../support/clock'
import { proveStoreHealth } from '../support/prove-store-health'
import { createRig } from '../support/rig'

const rewind = (offset: number) => `\x1e{"type":"rewind","offset":${offset}}\n`

describe('S32 append.rewind', () => {
  /** What a producer that calls `act` makes of its stream. */
  async function produced(act: (append: Append) => Promise<unknown> | unknown) {
    const { streams, clock, errors } = createRig()
    const id = await streams.createStream()
    let thrown: unknown
    await streams.start(id, async ({ append }) => {
      try {
        await act(append)
      } catch (error) {
        thrown = error
      }
    })
    await clock.advance(500)
    await settled()
    return { ...(await streams.getStreamBody(id)), thrown, errors }
  }

  it('appends the mark, and `offset` is the length of the text', async () => {
    const offsets: number[] = []
    const { text, status } = await produced(async (append) => {
      offsets.push(append.offset)
      await append('😀')
      await append('b\ud83d')
      offsets.push(append.offset)
      await append.rewind(4)
      offsets.push(append.offset)
      await append.rewind(0)
      await append('c')
    })
    expect(text).toBe(`😀b\ufffd${rewind(4)}${rewind(0)}c`)
    expect(status).toBe('done')
    expect(offsets).toEqual([0, 4, 4 + rewind(4).length])
  })

  it.each<[string, number, RegExp]>([
    ['above the length', 40, /append\.rewind\(40\): pass an offset from 0 to 32/],
    ['that is no whole number', 1.5, /append\.rewind\(1\.5\)/],
    ['that is negative', -1, /append\.rewind\(-1\)/],
    ['that is missing', undefined as never, /append\.rewind\(undefined\)/],
    ['inside a surrogate pair', 2, /surrogate pair/],
    ['inside a mark', 20, /inside a mark/],
    ['at the end of a mark, before its line end', 27, /inside a mark/],
  ])('refuses an offset %s, and ends the run as error, also if that is not awaited', async (_, offset, message) => {
    for (const isAwaited of [true, false]) {
      const { text, status, thrown, errors } = await produced(async (append) => {
        await append(`a😀 text\n\x1e{"type":"data-x"}\nmore`)
        const refused = append.rewind(offset)
        if (isAwaited) await refused
        await append(' and more')
      })
      expect(status).toBe('error')
      expect(text).toMatch(/more$/)
      expect(text).toHaveLength(32)
      expect(errors).toMatchObject([{ error: { code: 'invalid-offset' }, context: { source: 'producer' } }])
      expect(String(errors[0]?.error)).toMatch(message)
      expect(thrown).toBe(isAwaited ? errors[0]?.error : undefined)
    }
  })

  it.each([
    ['refuses what an earlier epoch fixed', 14, 'error', 'from the first. No.'],
    ['goes back to where the run began', 15, 'done', `from the first. No.${rewind(15)} Yes.`],
  ])('%s', async (_, offset, status, text) => {
    const { store, clock, streams: first } = createRig()
    const id = await first.createStream()
    await store.claim(id, { owner: 'dead', leaseMs: 45_000, canTakeOver: false })
    await store.append(id, { epoch: 1, offset: 0, text: 'from the first.' })
    await clock.advance(91_000)
    const { streams, errors } = await proveStoreHealth(createRig({ store, clock }))
    const { finished } = await streams.start(
      id,
      async ({ append }) => {
        await append(' No.')
        await append.rewind(offset)
        await append(' Yes.')
      },
      { canResume: true },
    )
    await clock.advance(500)
    expect(await finished).toMatchObject({ status })
    expect(await streams.getStreamBody(id)).toMatchObject({ text, status, origin: { epoch: 2, base: 15 } })
    const refused = errors.map(({ error }) => String(error))
    expect(refused).toEqual(status === 'done' ? [] : [expect.stringMatching(/before 15 was fixed when this run began/)])
  })

  it('does nothing after the run has ended', async () => {
    const { streams, clock, errors } = createRig()
    const id = await streams.createStream()
    let append: Append | undefined
    const { finished } = await streams.start(id, async (context) => {
      append = context.append
      await append('text')
    })
    await clock.advance(500)
    await finished
    await append?.rewind(0)
    await append?.rewind(100)
    expect(await streams.getStreamBody(id)).toMatchObject({ text: 'text', status: 'done' })
    expect(errors).toEqual([])
  })
})

it('finds a mark however long it is, and where it ends', () => {
  const log = createTextLog()
  const mark = `\x1e${'x'.repeat(5_000)}\n`
  for (const text of ['prose\n', 'long '.repeat(1_000), mark, 'y'.repeat(3_000)]) log.push(text)
  const start = 6 + 5_000
  for (const offset of [0, 5, 6, 3_000, start, start + mark.length, start + mark.length + 2_500, log.length])
    expect(rewindMistake(offset, log, 0)).toBeUndefined()
  for (const offset of [start + 1, start + 1_024, start + 1_025, start + 4_000, start + mark.length - 1])
    expect(rewindMistake(offset, log, 0)).toContain('inside a mark')
})
