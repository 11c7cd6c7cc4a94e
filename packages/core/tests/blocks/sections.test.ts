import { blocks, sections } from '@keepstream/core/blocks'
import { describe, expect, it } from 'vitest'
import { follow } from '../support/fold-setup'

describe('sections()', () => {
  it('has all blocks in their order, so many in each, and the key of the first', () => {
    const all = blocks().ofText('one\n\ntwo\n\nthree\n\nfour\n\nfive')
    expect(sections(all, 2)).toEqual([
      { key: 0, blocks: all.slice(0, 2) },
      { key: 10, blocks: all.slice(2, 4) },
      { key: 23, blocks: all.slice(4) },
    ])
    expect(sections([])).toEqual([])
    const long = blocks().ofText('text\n\n'.repeat(101))
    expect(sections(long).map(({ blocks }) => blocks.length)).toEqual([50, 50, 1])
  })

  it('keeps the sections in which no block has changed', () => {
    const { push } = follow(blocks())
    const before = sections(push('one\n\ntwo\n\nthree\n\nfour'), 2)
    expect(sections(push(''), 2)[1]).toBe(before[1])
    const after = sections(push(' and more'), 2)
    expect(after[0]).toBe(before[0])
    expect(after[1]).toMatchObject({ key: before[1]?.key, blocks: [{ text: 'three' }, { text: 'four and more' }] })
    // The block that was open in the middle of a section has closed.
    const closed = sections(push('\n\nfive\n'), 4)
    expect(closed[0]?.blocks.map(({ isOpen }) => isOpen)).toEqual([false, false, false, false])
    const whole = sections(push('\n\nsix\n'), 4)
    expect(whole[0]).toBe(closed[0])
    expect(whole[1]).not.toBe(closed[1])
  })
})
