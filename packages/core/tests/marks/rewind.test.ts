import { isStreamError } from '@keepstream/core'
import {
  createMarkEncoder,
  decodeMarks,
  initialMarkState,
  plainText,
  standingText,
  type UiChunk,
} from '@keepstream/core/marks'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStandingText } from '../../src/marks/standing-text'
import { check, patienceMs } from '../support/property'
import { naiveStanding, rewind, rewoundText } from '../support/rewound'
import { anyChunks, inPieces } from '../support/ui-chunks'

const cuts = fc.array(fc.nat(), { maxLength: 12 })
const start = (id: string): UiChunk => ({ type: 'text-start', id })
const text = (id: string, delta: string): UiChunk => ({ type: 'text-delta', id, delta })

function encode(chunks: readonly UiChunk[]): string {
  const encoder = createMarkEncoder()
  return chunks.map((chunk) => encoder.push(chunk)).join('')
}

describe('a rewind', () => {
  it.each<[string, string, string]>([
    ['to the start', `one${rewind(0)}two`, 'two'],
    ['to a place in the text', `one two${rewind(4)}three`, 'one three'],
    ['to its own place', `one${rewind(3)} two`, 'one two'],
    ['to a place after itself, which withdraws nothing', `one${rewind(4)} two`, 'one two'],
    ['to the same place again', `one${rewind(0)}two${rewind(0)}three`, 'three'],
    ['to a place before an earlier one', `a b c${rewind(4)}d${rewind(2)}e`, 'a e'],
    ['to what stands after an earlier one', `abc${rewind(1)}def${rewind(1 + 2 + rewind(1).length + 1)}g`, 'adg'],
    ['into what an earlier one withdrew, which does not come back', `abcdef${rewind(1)}g${rewind(4)}h`, 'ah'],
    ['into an earlier one', `abc${rewind(1)}d${rewind(10)}e`, 'ae'],
    ['into a surrogate pair', `a😀b${rewind(2)}c`, 'ac'],
    ['into a mark, which counts as its start', `a\x1e{"type":"data-x"}\nb${rewind(7)}c`, 'ac'],
    ['to the end of a mark', `a\x1e"b"\nc${rewind(6)}d`, 'a\x1e"b"\nd'],
    ['after a mark that was cut', `a\x1e{"ty${rewind(99)}b\n`, 'ab\n'],
    ['that is cut, which shows nothing', `one${rewind(0).slice(0, -1)}`, 'one'],
    [
      'written in another way, which is no rewind',
      'one\x1e{"offset":0,"type":"rewind"}\n',
      'one\x1e{"offset":0,"type":"rewind"}\n',
    ],
    ['to no place', 'one\x1e{"type":"rewind","offset":-1}\n', 'one\x1e{"type":"rewind","offset":-1}\n'],
    [
      'to a number that JSON has not',
      'one\x1e{"type":"rewind","offset":00}\n',
      'one\x1e{"type":"rewind","offset":00}\n',
    ],
  ])('%s', (_, written, standing) => {
    expect(standingText(written)).toBe(standing)
    expect(naiveStanding(written)).toBe(standing)
  })

  it(
    'gives the same standing text however the text is cut, and says what of it changed',
    () => {
      check(
        fc.property(rewoundText(), cuts, (written, places) => {
          const standing = createStandingText()
          let whole = ''
          let shown = ''
          for (const piece of inPieces(written, places)) {
            whole += piece
            const change = standing.add(whole, piece)
            expect(change.text).toBe(shown.slice(0, change.kept) + change.added)
            expect(change.text).toBe(naiveStanding(whole))
            shown = change.text
          }
          expect(plainText(written)).toBe(plainText(shown))
        }),
        150,
      )
    },
    patienceMs(10_000),
  )

  it(
    'brings back what it withdrew if the store replaces it',
    () => {
      check(
        fc.property(rewoundText(), fc.nat(), rewoundText(), (before, place, end) => {
          const standing = createStandingText()
          const { text: first } = standing.add(before, before)
          const after = before.slice(0, place % (before.length + 1)) + end
          const change = standing.replace(after)
          expect(change.text).toBe(naiveStanding(after))
          expect(change.text).toBe(first.slice(0, change.kept) + change.added)
          expect(standing.add(`${after}.`, '.').text).toBe(naiveStanding(`${after}.`))
        }),
        100,
      )
    },
    patienceMs(5_000),
  )
})

describe('a decoder', () => {
  const channelsOf = (written: string) => decodeMarks(initialMarkState, written)[0].channels

  it(
    'has the channels of the standing text',
    () => {
      check(
        fc.property(rewoundText(), fc.nat(), (written, place) => {
          const whole = written + rewind(place % (written.length + 1))
          expect(channelsOf(whole)).toEqual(channelsOf(naiveStanding(whole)))
        }),
        100,
      )
    },
    patienceMs(5_000),
  )

  it('takes a surrogate pair as one character, also if it is cut', () => {
    const open = (...pieces: string[]) => {
      let state = initialMarkState
      for (const piece of pieces) [state] = decodeMarks(state, piece)
      return state.channels.count
    }
    expect(open(`😀${rewind(1)}`)).toBe(0)
    expect(open('\ud83d', `\ude00${rewind(1)}`)).toBe(0)
    expect(open(`😀${rewind(2)}`)).toBe(1)
  })

  it('reports it as a chunk, with the place that it goes back to', () => {
    const chunks = (written: string) => decodeMarks(initialMarkState, written)[1]
    expect(chunks(`one${rewind(1)} two`)).toEqual([
      start('text-0'),
      text('text-0', 'one'),
      { type: 'rewind', offset: 1 },
      text('text-0', ' two'),
    ])
    expect(chunks(`one${rewind(0)}`).at(-1)).toEqual({ type: 'rewind', offset: 0 })
    expect(chunks(`one${rewind(100)}`).at(-1)).toEqual({ type: 'rewind', offset: 3 })
    expect(chunks('one\x1e{"type":"rewind", "offset":0}\n')).toHaveLength(2)
  })
})

describe('an encoder', () => {
  it('goes back to the channels of an offset, and knows the offset', () => {
    const encoder = createMarkEncoder()
    let written = ''
    const push = (chunk: UiChunk) => {
      written += encoder.push(chunk)
      expect(encoder.length).toBe(written.length)
    }
    for (const chunk of [start('a'), text('a', 'kept')]) push(chunk)
    const offset = encoder.length
    for (const chunk of [start('b'), text('b', 'no'), { type: 'text-end', id: 'a' }]) push(chunk)
    expect(encoder.rewind(offset)).toBe(rewind(offset))
    written += rewind(offset)
    push(text('a', ' more'))
    expect(plainText(written)).toBe('kept more')
    expect(written.endsWith(`${rewind(offset)} more`)).toBe(true)
    // `b` is not open any more.
    expect(createMarkEncoder(written).push(text('b', 'x'))).toContain('text-delta')
    expect(createMarkEncoder(`${written}\x1e{`).length).toBe(written.length + 2)
  })

  it(
    'goes on with a text that has rewinds as with its standing text',
    () => {
      check(
        fc.property(rewoundText(), fc.nat(), fc.constantFrom('0', '1', 'text-0'), (written, place, id) => {
          const whole = written + rewind(place % (written.length + 1))
          const added = [text(id, 'x'), start('new'), text('new', 'y'), text(id, 'z')]
          const push = (before: string) => {
            const encoder = createMarkEncoder(before)
            return added.map((chunk) => encoder.push(chunk))
          }
          expect(push(whole)).toEqual(push(naiveStanding(whole)))
        }),
        100,
      )
    },
    patienceMs(5_000),
  )

  it(
    'goes back to the channels that a decoder finds at any offset of what it wrote',
    () => {
      const before = fc.tuple(rewoundText(), fc.constantFrom('', '\x1e{"type', '\x1e0')).map((parts) => parts.join(''))
      const anywhere = fc.nat().map((place) => (length: number) => place % (length + 1))
      const near = fc.nat(6).map((back) => (length: number) => Math.max(0, length - back))
      const step = fc.tuple(anyChunks(4), fc.oneof(anywhere, near))
      check(
        fc.property(before, fc.array(step, { minLength: 1, maxLength: 6 }), (start, steps) => {
          const encoder = createMarkEncoder(start)
          let written = start
          for (const [chunks, offsetIn] of steps) {
            for (const chunk of chunks) written += encoder.push(chunk)
            expect(encoder.length).toBe(written.length)
            written += encoder.rewind(offsetIn(written.length))
          }
          for (const id of ['0', '1', 'text-0']) {
            const delta = text(id, 'x')
            const wanted = createMarkEncoder(written).push(delta)
            const added = encoder.push(delta)
            expect(added).toBe(wanted)
            written += added
          }
        }),
        300,
      )
    },
    patienceMs(5_000),
  )

  it('goes back to a place inside the first mark after one that was cut, and inside a change of channel', () => {
    const encoder = createMarkEncoder('\x1e{')
    const first = encoder.push(start('a'))
    encoder.rewind(2 + first.length - 1)
    expect(encoder.push(text('a', 'x'))).toContain('text-delta')

    const other = createMarkEncoder()
    for (const chunk of [start('a'), start('b')]) other.push(chunk)
    expect(other.push(text('a', 'x'))).toBe('\x1e0\nx')
    other.rewind(other.length - 2)
    expect(other.push(text('b', 'x'))).toBe('x')
  })

  it.each([-1, 0.5, 5, Number.NaN, '1', undefined])('refuses the offset %s', (offset) => {
    const encoder = createMarkEncoder('four')
    try {
      encoder.push({ type: 'rewind', offset })
      expect.unreachable()
    } catch (error) {
      expect(isStreamError(error) && error.code).toBe('invalid-option')
      expect(error).toMatchObject({ message: expect.stringContaining('from 0 to 4') })
    }
    expect(encoder.rewind(4)).toBe(rewind(4))
  })
})

it('goes back with plainText, also in a text with channels', () => {
  const before = encode([start('a'), text('a', 'Hello ')])
  const written = `${before}\x1e{"type":"text-end","id":"a"}\nwrong${rewind(before.length)}there`
  expect(plainText(written)).toBe('Hello there')
})
