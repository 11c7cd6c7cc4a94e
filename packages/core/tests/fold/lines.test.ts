import { isDeepStrictEqual } from 'node:util'
import { lines } from '@keepstream/core/fold'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { cuts, follow } from '../support/fold-setup'
import { check, nastyText, patienceMs } from '../support/property'

/** Lines that are values, lines that are not, and lines that have no content. */
const line = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
  fc.constantFrom('', ' ', '{"a":', '```json', 'null', '{"a":1} x', '\uFEFF1', '"\u2028"'),
)
const ndjson = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\n\n')), { maxLength: 12 })
  .map((all) => all.flat().join(''))

/** What the values are, by the book. */
function byTheBook(text: string, isWhole: boolean): unknown[] {
  const all = text.split('\n')
  return (isWhole ? all : all.slice(0, -1)).flatMap((each) => {
    try {
      return [JSON.parse(each)]
    } catch {
      return []
    }
  })
}

describe('lines()', () => {
  it('has a value for each line that has ended, and for the last one once the stream has', () => {
    const { push, end } = follow(lines<{ id: number }>())
    expect(push('{"id":1}\n{"i')).toEqual([{ id: 1 }])
    expect(push('d":2}\r\n\n{"id":3}')).toEqual([{ id: 1 }, { id: 2 }])
    expect(end()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
  })

  it('leaves out what is not JSON, and nothing else', () => {
    expect(lines().ofText('```json\n1\n{"a":\n\n  \nnull\n"2"\n```\n[3')).toEqual([1, null, '2'])
  })

  it('keeps the values that are there, and the whole array while no line ends', () => {
    const { push, end } = follow(lines())
    const first = push('{"a":1}\n')
    expect(push('{"a"')).toBe(first)
    const second = push(':2}\nnot JSON')
    expect(second).toEqual([{ a: 1 }, { a: 2 }])
    expect(second[0]).toBe(first[0])
    expect(first).toHaveLength(1)
    expect(push('\n')).toBe(second)
    expect(push('not JSON')).toBe(second)
    expect(end()).toBe(second)
  })

  it(
    'has the same values wherever the text is cut, at every cut',
    () => {
      check(
        fc.property(cuts(fc.oneof(ndjson, nastyText()), 30), (pieces) => {
          const fold = lines()
          const { push, end } = follow(fold)
          let text = ''
          let before: readonly unknown[] = []
          const wrong: string[] = []
          for (const piece of pieces) {
            text += piece
            const values = push(piece)
            if (!isDeepStrictEqual(values, byTheBook(text, false))) wrong.push(text)
            if (!isDeepStrictEqual(values, fold.ofText(text, false))) wrong.push(text)
            if (before.some((value, index) => value !== values[index])) wrong.push(text)
            before = values
          }
          expect(wrong).toEqual([])
          expect(end()).toEqual(byTheBook(text, true))
        }),
        100,
      )
    },
    patienceMs(5_000),
  )

  it('goes on where the end of the text was replaced', () => {
    const { push, replace } = follow(lines())
    const before = push('1\n2\n3\n')
    expect(replace(4, '4\n')).toEqual([1, 2, 4])
    expect(before).toEqual([1, 2, 3])
  })

  it('parses each line once', () => {
    const parse = vi.spyOn(JSON, 'parse')
    const { push } = follow(lines())
    const text = `${JSON.stringify({ id: 1, text: 'some text' })}\n`.repeat(100)
    for (const piece of text) push(piece)
    expect(parse).toHaveBeenCalledTimes(100)
    expect(push('')).toHaveLength(100)
    parse.mockRestore()
  })
})
