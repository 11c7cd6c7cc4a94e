import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTextLog } from '../../src/run/text-log'
import { rerunnable } from '../support/rerunnable'

describe('S1 the text log', () => {
  it('reads every range like the joined text, and never ends inside a surrogate pair', () => {
    rerunnable(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 6 })),
        fc.nat(60),
        fc.integer({ min: 2, max: 40 }),
        (chunks, from, max) => {
          const log = createTextLog()
          const whole = chunks.join('')
          for (const chunk of chunks) log.push(chunk)
          expect(log.length).toBe(whole.length)
          const read = log.read(from, max)
          expect(whole.startsWith(read, from)).toBe(true)
          const expected = whole.slice(from, from + max)
          expect(read).toBe(/[\uD800-\uDBFF]$/.test(expected) ? expected.slice(0, -1) : expected)
        },
      ),
    )
  })

  it('reads nothing beyond a given end', () => {
    const log = createTextLog()
    log.push('one')
    log.push('two')
    expect(log.read(1, 100, 4)).toBe('net')
    expect(log.read(4, 100, 4)).toBe('')
  })

  it('costs a reader at the end of 100,000 chunks a binary search and the chunks that it reads', () => {
    let visited = 0
    const counted = <T>(items: T[]): T[] =>
      new Proxy(items, {
        get(target, key, receiver) {
          if (typeof key === 'string' && /^\d+$/.test(key)) visited++
          return Reflect.get(target, key, receiver)
        },
      })
    const log = createTextLog(counted<number>([]), counted<string>([]))
    let position = 0
    for (let index = 1; index <= 100_000; index++) {
      log.push('token ')
      if (index % 50 === 0) position += log.read(position, 16_384).length
    }
    expect(position).toBe(600_000)
    // 2,000 searches in at most 100,000 starts, and each chunk with its start once.
    expect(visited).toBeLessThan(2_000 * 20 + 2 * 100_000)
  })
})
