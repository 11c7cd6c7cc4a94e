import { type DeepPartial, json } from '@keepstream/core/fold'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { initialJson } from '../../src/fold/json/json-state'
import { readJson } from '../../src/fold/json/read-json'
import { shownJson } from '../../src/fold/json/shown-json'
import { follow } from '../support/fold-setup'

interface Recipe {
  name: string
  kind: 'soup' | 'cake'
  steps: { text: string; minutes: number }[]
}

describe('json()', () => {
  it('shows an object as it grows', () => {
    const { push } = follow(json<Recipe>())
    expect(push('\n')).toBeUndefined()
    expect(push('{"na')).toEqual({})
    expect(push('me":')).toEqual({})
    expect(push('"Lee')).toEqual({ name: 'Lee' })
    expect(push('k","steps":[')).toEqual({ name: 'Leek', steps: [] })
    expect(push('{"text":"Cut","minutes":1')).toEqual({ name: 'Leek', steps: [{ text: 'Cut' }] })
    expect(push('2}')).toEqual({ name: 'Leek', steps: [{ text: 'Cut', minutes: 12 }] })
    expect(push(']} and more')).toEqual({ name: 'Leek', steps: [{ text: 'Cut', minutes: 12 }] })
  })

  it('keeps what has closed, and everything while nothing that is shown changes', () => {
    const { push, end } = follow(json<Recipe>())
    const first = push('{"steps":[{"text":"Cut"},{"text":"Co')
    const second = push('ok')
    expect(second?.steps?.[0]).toBe(first?.steps?.[0])
    expect(second?.steps?.[1]).not.toBe(first?.steps?.[1])
    expect(push('",  "minutes": 1')).toBe(second)
    const third = push('0}')
    expect(third?.steps?.[1]).toEqual({ text: 'Cook', minutes: 10 })
    expect(push('] , "name"')).toBe(third)
    expect(push('}')).toBe(third)
    expect(end()).toBe(third)
  })

  it('shows a number or a literal when it has ended', () => {
    expect(json().ofText('[1, 2', false)).toEqual([1])
    expect(json().ofText('[1, 2')).toEqual([1])
    expect(json().ofText('[tru')).toEqual([])
    expect(json().ofText('12', false)).toBeUndefined()
    expect(json().ofText('12')).toBe(12)
    expect(json().ofText('tru')).toBeUndefined()
    expect(json().ofText('null ', false)).toBeNull()
  })

  it('stops at what is not JSON, and keeps what it has', () => {
    expect(json().ofText('Here you are: {"a":1}')).toBeUndefined()
    expect(json().ofText('{"a":"b\nc","d":1}')).toEqual({ a: 'b' })
    expect(json().ofText('{"a":[1,"x\\q"],"d":1}')).toEqual({ a: [1, 'x'] })
    expect(json().ofText('{"a":01,"b":2}')).toEqual({})
    expect(json().ofText('{a:1}')).toEqual({})
    expect(json().ofText(']')).toBeUndefined()
    expect(json().ofText('```\n]')).toBeUndefined()
  })

  it('skips a line that opens a code fence', () => {
    expect(json().ofText('\n```json\n{"a":[1]}\n```\n')).toEqual({ a: [1] })
    expect(json().ofText('```js', false)).toBeUndefined()
  })

  it('makes own properties of all keys, and changes no prototype', () => {
    const value = json<object>().ofText('{"__proto__":{"bad":1},"constructor":2}')
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor'])
    expect('bad' in {}).toBe(false)
  })

  it('shows no half of a character', () => {
    const { push } = follow(json())
    expect(push('["\\ud83d')).toEqual([''])
    expect(push('\\ude0')).toEqual([''])
    expect(push('0\ud83d')).toEqual(['😀'])
    expect(push('\ude00"')).toEqual(['😀😀'])
  })

  it('goes on from an earlier state too', () => {
    const early = readJson(initialJson, '{"a":[1,')
    const shown = shownJson(readJson(early, '2,{"b":3},'), false)
    expect(shownJson(readJson(early, '4]}'), false)).toEqual({ a: [1, 4] })
    expect(shown).toEqual({ a: [1, 2, { b: 3 }] })
  })

  it('reads each character once, and makes each closed object once', () => {
    const reads = { count: 0 }
    class Counted extends String {
      override charAt(at: number) {
        reads.count += 1
        return super.charAt(at)
      }
      override charCodeAt(at: number) {
        reads.count += 1
        return super.charCodeAt(at)
      }
      override slice(from?: number, to?: number) {
        const part = super.slice(from, to)
        reads.count += part.length
        return part
      }
    }
    const item = JSON.stringify({ text: 'some "text"', sizes: [1.5, true] })
    const text = `[${`${item},`.repeat(500)}${item}]`
    const made = vi.spyOn(Object, 'fromEntries')
    let state = initialJson
    for (const char of text) state = readJson(state, new Counted(char) as unknown as string)
    expect(reads.count).toBeLessThan(4 * text.length)
    expect(made).toHaveBeenCalledTimes(501)
    expect(shownJson(state, false)).toEqual(JSON.parse(text))
    made.mockRestore()
  })

  it('survives a text that only opens', () => {
    expect(shownJson(readJson(initialJson, '['.repeat(20_000)), false)).toHaveLength(1)
  })

  it('has types for what may be missing', () => {
    expectTypeOf<DeepPartial<Recipe>>().toEqualTypeOf<{
      readonly name?: string
      readonly kind?: string
      readonly steps?: readonly { readonly text?: string; readonly minutes?: number }[]
    }>()
    expectTypeOf(json().ofText('')).toEqualTypeOf<unknown>()
    expectTypeOf(json<number | null>().ofText('')).toEqualTypeOf<number | null | undefined>()
  })
})
