import { initialStreamState, isStreamError, type StreamState, type TextStream } from '@keepstream/core'
import { blocks } from '@keepstream/core/blocks'
import { createFold, type Fold, json, lines, message, parts, withRewinds } from '@keepstream/core/fold'
import { createMarkEncoder } from '@keepstream/core/marks'
import fc from 'fast-check'
import { atom } from 'nanostores'
import { describe, expect, it } from 'vitest'
import { messageRules } from '../../src/fold/message/message-rules'
import { reuse } from '../../src/fold/reuse'
import { check, patienceMs } from '../support/property'
import { naiveStanding, rewind, rewoundText } from '../support/rewound'
import { inPieces } from '../support/ui-chunks'

type MessageState = typeof messageRules.initial

/** A stream that a test writes, and what a fold shows of it. */
function followed<Value>(fold: Fold<Value>) {
  const $state = atom<StreamState>(initialStreamState())
  let notify: (delta: string, offset: number) => void = () => {}
  const source = {
    $state,
    onText(listener: typeof notify) {
      notify = listener
      return () => {}
    },
    attach: () => () => {},
  } as unknown as TextStream
  const { $state: $folded } = fold.ofStream(source)
  $folded.listen(() => {})
  return {
    /** The text from `offset` on is `delta` now. */
    write(delta: string, offset = $state.get().text.length) {
      const { text } = $state.get()
      $state.set({ ...$state.get(), status: 'streaming', text: text.slice(0, offset) + delta } as StreamState)
      notify(delta, offset)
      return $folded.get().value
    },
    end() {
      $state.set({ ...$state.get(), status: 'done', connection: 'closed' } as StreamState)
      return $folded.get().value
    },
  }
}

/** A fold of the text itself, and how much its rules were given. */
function counted() {
  const count = { units: 0 }
  const fold = createFold<string, string>({
    initial: '',
    push(text, delta) {
      count.units += delta.length
      return text + delta
    },
    value: (text) => text,
  })
  return { fold: withRewinds(fold), plain: fold, count }
}

const plainRewinds = () =>
  fc
    .array(
      fc.oneof(
        {
          weight: 3,
          arbitrary: fc.constantFrom(
            '{"a":[1,2]}\n',
            '[1,{"b":"c"',
            ',2',
            '}]',
            '# one\n\n',
            'two **x**\n\n- a\n',
            '\n',
          ),
        },
        { weight: 1, arbitrary: fc.nat() },
      ),
      { maxLength: 20, size: 'max' },
    )
    .map((steps) =>
      steps.reduce<string>(
        (text, step) => text + (typeof step === 'string' ? step : rewind(step % (text.length + 1))),
        '',
      ),
    )

/** Each fold, and the same without rewinds. */
describe.each<[string, () => Fold<unknown>, () => fc.Arbitrary<string>, Fold<unknown>]>([
  [
    'parts',
    parts,
    rewoundText,
    createFold<unknown, MessageState>({ ...messageRules, value: (...of) => messageRules.value(...of).parts }),
  ],
  ['message', message, rewoundText, createFold(messageRules)],
  ['a fold of its own', () => counted().fold, rewoundText, counted().plain],
  ['lines', () => withRewinds(lines()), plainRewinds, lines()],
  ['json', () => withRewinds(json()), plainRewinds, json()],
  ['blocks', () => withRewinds(blocks()), plainRewinds, blocks()],
])('%s', (_, create, texts, plain) => {
  it(
    'shows of a text with rewinds what it shows of the standing text, however it is cut',
    () => {
      check(
        fc.property(texts(), fc.array(fc.nat(), { maxLength: 12 }), (written, places) => {
          const stream = followed(create())
          let whole = ''
          for (const piece of inPieces(written, places)) {
            whole += piece
            const shown = stream.write(piece)
            const wanted = plain.ofText(naiveStanding(whole), false)
            expect(shown).toEqual(wanted)
            expect(create().ofText(whole, false)).toEqual(wanted)
          }
          expect(stream.end()).toEqual(plain.ofText(naiveStanding(written)))
        }),
        60,
      )
    },
    patienceMs(10_000),
  )

  it(
    'shows the text that replaced one with rewinds (P9)',
    () => {
      check(
        fc.property(texts(), fc.nat(), texts(), (before, place, end) => {
          const stream = followed(create())
          stream.write(before)
          const offset = place % (before.length + 1)
          expect(stream.write(end, offset)).toEqual(plain.ofText(naiveStanding(before.slice(0, offset) + end), false))
        }),
        40,
      )
    },
    patienceMs(5_000),
  )
})

describe('a rewind', () => {
  it('leaves what stands before it as the same objects', () => {
    const encoder = createMarkEncoder()
    const stream = followed(parts())
    const chunks = (id: string) => [
      { type: 'text-start', id },
      { type: 'text-delta', id, delta: `part ${id}` },
      { type: 'text-end', id },
      { type: 'data-x', id, data: { of: [id] } },
    ]
    const write = (id: string) =>
      chunks(id)
        .map((chunk) => stream.write(encoder.push(chunk)))
        .at(-1) ?? []
    for (const id of ['a', 'b', 'c', 'd', 'e']) write(id)
    const offset = encoder.length
    const before = write('f')
    const after = stream.write(encoder.rewind(offset))
    expect(after).toHaveLength(10)
    for (const [index, part] of after.entries()) expect(part).toBe(before[index])
    const more = write('g')
    expect(more).toHaveLength(12)
    for (const [index, part] of after.entries()) expect(more[index]).toBe(part)
    // Another one, far back.
    expect(stream.write(encoder.rewind(1))).toEqual([])
  })

  it('leaves the lines and the closed blocks before it as the same objects', () => {
    const rows = followed(withRewinds(lines<{ n: number }>()))
    const text = Array.from({ length: 40 }, (_, n) => `{"n":${n}}\n`).join('')
    const before = rows.write(text)
    const after = rows.write(rewind(text.indexOf('{"n":30}')))
    expect(after).toHaveLength(30)
    for (const [index, row] of after.entries()) expect(row).toBe(before[index])

    const prose = followed(withRewinds(blocks()))
    const markdown = Array.from({ length: 40 }, (_, n) => `Paragraph ${n}, which is long enough.\n\n`).join('')
    const shown = prose.write(markdown)
    const left = prose.write(rewind(markdown.indexOf('Paragraph 30')))
    expect(left).toHaveLength(30)
    for (const [index, block] of left.slice(0, 28).entries()) expect(block).toBe(shown[index])
  })

  it.each([5, 500, 5_000])('costs what it withdraws, and not all of the text, %s code units back', (far) => {
    const { fold, count } = counted()
    const stream = followed(fold)
    const kept = 'some words.\n'.repeat(5_000)
    stream.write(kept)
    let length = kept.length
    const write = (delta: string) => {
      length += delta.length
      stream.write(delta)
    }
    for (let index = 0; index < 100; index += 1) {
      const offset = length
      for (let left = far; left > 0; left -= 50) write('some other words.\n'.repeat(4).slice(0, Math.min(50, left)))
      write(rewind(offset))
    }
    expect(count.units).toBeLessThan(4 * length)
  })

  it('is cheap again and again, also if it goes back a little further each time', () => {
    const { fold, count } = counted()
    const stream = followed(fold)
    let text = 'a line of words\n'.repeat(10_000)
    stream.write(text)
    for (let place = text.length; place > 158_000; place -= 20) {
      const mark = rewind(place)
      text += mark
      stream.write(mark)
    }
    expect(count.units).toBeLessThan(6 * text.length)
  })
})

describe('withRewinds', () => {
  it('is needed for a fold of plain text, which shows marks as they are', () => {
    const text = `{"a":1}\n${rewind(0)}{"b":2}\n`
    expect(lines().ofText(text)).toEqual([{ a: 1 }, { b: 2 }])
    expect(withRewinds(lines()).ofText(text)).toEqual([{ b: 2 }])
    expect(withRewinds(lines()).ofState({ ...initialStreamState(), text })).toMatchObject({ text, value: [{ b: 2 }] })
  })

  it('refuses a fold that it does not know', () => {
    try {
      withRewinds({ ...lines() })
      expect.unreachable()
    } catch (error) {
      expect(isStreamError(error) && error.code).toBe('invalid-option')
    }
  })
})

describe('reuse', () => {
  it(
    'is equal to the value, and has nothing twice that is equal',
    () => {
      check(
        fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (before, next) => {
          expect(reuse(before, next)).toEqual(next)
          expect(JSON.stringify(reuse(before, next))).toBe(JSON.stringify(next))
          const copy = structuredClone(before)
          expect(reuse(before, copy)).toBe(before)
          const changed = reuse([before, 1], [copy, next]) as unknown[]
          expect(changed[0]).toBe(before)
        }),
        200,
      )
    },
    patienceMs(5_000),
  )

  it('keeps the order of keys, and what is no plain object', () => {
    const date = new Date(0)
    expect(Object.keys(reuse({ a: 1, b: 2 }, { b: 2, a: 1 }))).toEqual(['b', 'a'])
    expect(reuse({ date: new Date(0) }, { date }).date).toBe(date)
    expect(Object.is(reuse([0], [-0])[0], -0)).toBe(true)
    const own = JSON.parse('{"__proto__":{"x":1},"y":[]}')
    expect(JSON.stringify(reuse({ y: [] }, own))).toBe('{"__proto__":{"x":1},"y":[]}')
  })
})
