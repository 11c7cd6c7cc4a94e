import { isDeepStrictEqual } from 'node:util'
import { json } from '@keepstream/core/fold'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cuts, follow } from '../support/fold-setup'
import { partialJson } from '../support/partial-json'
import { check, patienceMs } from '../support/property'

const space = fc.constantFrom('', '', '', ' ', '\n', '\r\n\t')
const unicode = (text: string) =>
  Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`).join(
    '',
  )
const piece = fc.constantFrom(
  'a',
  'bc ',
  '漢',
  '😀',
  '\\n',
  '\\"',
  '\\\\',
  '\\/',
  '\\u0000',
  unicode('😀'),
  '\\uD83D',
  '{',
  ']',
)
const string = fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join('')}"`)
const key = fc.oneof(fc.constantFrom('"a"', '"b"', '"\\u0061"', '"__proto__"', '"constructor"', '"0"', '""'), string)
const scalar = fc.constantFrom('0', '-0', '12', '-3.25', '1e5', '1E-7', '2.5e+20', 'true', 'false', 'null', '1e999')

const { value } = fc.letrec<{ value: string }>((tie) => {
  const spaced = fc.tuple(space, tie('value'), space).map((parts) => parts.join(''))
  const member = fc
    .tuple(space, key, space, spaced)
    .map(([before, name, after, of]) => `${before}${name}${after}:${of}`)
  return {
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      scalar,
      string,
      fc.tuple(fc.array(spaced, { maxLength: 4 }), space).map(([items, end]) => `[${items.join(',') || end}]`),
      fc.tuple(fc.array(member, { maxLength: 4 }), space).map(([members, end]) => `{${members.join(',') || end}}`),
    ),
  }
})
const text = fc.tuple(space, value, space).map((parts) => parts.join(''))

/** JSON that a character was taken from, or put into. */
const broken = fc
  .tuple(text, fc.nat(), fc.constantFrom('', 'x', ',', '"', '}', ']', ':', '\n', '0', '\\', '`'), fc.nat(1))
  .map(([whole, place, added, removed]) => {
    const at = place % (whole.length + 1)
    return whole.slice(0, at) + added + whole.slice(at + removed)
  })

/** A key that comes twice makes an object that is new and equal to the last one. */
const withoutDuplicates = fc.jsonValue({ maxDepth: 4 }).map((each) => JSON.stringify(each, null, 1))

/** Every object and array in a value. */
function containersOf(shown: unknown): object[] {
  return typeof shown === 'object' && shown ? [shown, ...Object.values(shown).flatMap(containersOf)] : []
}

describe('json(), for random texts', () => {
  it(
    'is what JSON.parse returns, in the end',
    () => {
      check(
        fc.property(text, fc.constantFrom('', '```json\n', ' `\n'), (whole, fence) => {
          expect(isDeepStrictEqual(json().ofText(fence + whole), JSON.parse(whole))).toBe(true)
        }),
        200,
      )
    },
    patienceMs(5_000),
  )

  it(
    'is what is there of it, wherever it is cut, also if it is not JSON',
    () => {
      check(
        fc.property(cuts(fc.oneof(text, broken)), (pieces) => {
          const fold = json()
          const { push, end } = follow(fold)
          let read = ''
          const wrong: string[] = []
          for (const each of pieces) {
            read += each
            const shown = push(each)
            if (!isDeepStrictEqual(shown, partialJson(read, false))) wrong.push(read)
            if (!isDeepStrictEqual(shown, fold.ofText(read, false))) wrong.push(read)
          }
          if (!isDeepStrictEqual(end(), partialJson(read, true))) wrong.push(read)
          expect(wrong).toEqual([])
        }),
        100,
      )
    },
    patienceMs(5_000),
  )

  it(
    'shows the same objects until they change',
    () => {
      check(
        fc.property(cuts(withoutDuplicates, 3), (pieces) => {
          const { push } = follow(json())
          let before: unknown
          const wrong: unknown[] = []
          for (const each of pieces) {
            const shown = push(each)
            if ((shown === before) !== isDeepStrictEqual(shown, before)) wrong.push(before, shown)
            const kept = new Set(containersOf(shown))
            const lost = containersOf(before).filter((container) => !kept.has(container))
            // Only the open path is copied: at most one object or array at each depth.
            expect(
              lost.every((container, index) => index === 0 || containersOf(lost[index - 1]).includes(container)),
            ).toBe(true)
            before = shown
          }
        }),
        100,
      )
    },
    patienceMs(5_000),
  )
})
