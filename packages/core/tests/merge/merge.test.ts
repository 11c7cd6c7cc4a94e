import { describe, expect, it } from 'vitest'
import { type MergeInput, merge, type Shown } from '../../src/merge/merge'

const shown = (text: string, epoch?: number, cuts = 0): Shown => ({
  text,
  origin: epoch === undefined ? undefined : { epoch, base: 0 },
  verified: text.length,
  cuts,
})
const run = (before: Shown, piece: MergeInput) => {
  const { outcome, shown: after } = merge(before, piece)
  return [outcome, after.text, after.origin?.epoch, after.cuts > 0]
}

describe('the merge rule, row by row', () => {
  it('row 0: ignores a chunk of an older epoch', () => {
    const before = shown('abc', 2)
    expect(merge(before, { offset: 3, text: 'old', origin: { epoch: 1, base: 0 } })).toEqual({
      outcome: 'stale',
      shown: before,
    })
    expect(merge(before, { offset: 3, text: 'old', origin: { epoch: 1, base: 0 } }).shown).toBe(before)
  })

  it('row 0′: cuts to the base of a newer epoch, then goes on', () => {
    expect(run(shown('abcdef', 1), { offset: 3, text: 'XY', origin: { epoch: 2, base: 3 } })).toEqual([
      'reconciled',
      'abcXY',
      2,
      true,
    ])
    expect(run(shown('abc', 1), { offset: 3, text: 'XY', origin: { epoch: 2, base: 3 } })).toEqual([
      'appended',
      'abcXY',
      2,
      false,
    ])
    expect(run(shown('abc', 1), { offset: 3, text: 'XY', origin: { epoch: 2, base: 9 } })).toEqual([
      'appended',
      'abcXY',
      2,
      false,
    ])
    expect(run(shown('abcdef', 1), { offset: 5, text: 'XY', origin: { epoch: 2, base: 3 } })).toEqual([
      'gap',
      'abc',
      2,
      true,
    ])
  })

  it('row 0″: cuts to the base of the epoch shown when an epoch between was missed, and compares the rest', () => {
    const before = { ...shown('abcdef', 1), origin: { epoch: 1, base: 2 } }
    const origin = { epoch: 3, base: 4 }
    expect(run(before, { offset: 0, text: 'abXY', origin })).toEqual(['reconciled', 'abXY', 3, true])
    // A later stream with the same id.
    expect(run(before, { offset: 0, text: 'UVXY', origin })).toEqual(['reconciled', 'UVXY', 3, true])
    expect(merge(before, { offset: 2, text: 'XY', origin })).toMatchObject({
      outcome: 'gap',
      shown: { text: 'ab', verified: 0 },
    })
    expect(
      run({ ...before, origin: { epoch: 1, base: 0 } }, { offset: 0, text: 'XY', origin: { epoch: 3, base: 4 } }),
    ).toEqual(['reconciled', 'XY', 3, true])
  })

  it('keeps the known epoch and its base when a chunk of a drive has none', () => {
    const before = { ...shown('abc', 2), origin: { epoch: 2, base: 1 } }
    expect(merge(before, { offset: 3, text: 'd' }).shown).toMatchObject({ text: 'abcd', origin: { epoch: 2, base: 1 } })
  })

  it('adopts the first known epoch without a cut', () => {
    expect(run(shown('abcdef'), { offset: 3, text: 'de', origin: { epoch: 7, base: 2 } })).toEqual([
      'duplicate',
      'abcdef',
      7,
      false,
    ])
  })

  it('row 1: stored text replaces what it contradicts, from where it starts', () => {
    expect(run(shown('abcdef'), { offset: 2, text: 'cXYZ', isSnapshot: true })).toEqual([
      'reconciled',
      'abcXYZ',
      undefined,
      true,
    ])
    expect(run(shown('abcdef'), { offset: 0, text: 'aX', isSnapshot: true })).toEqual([
      'reconciled',
      'aX',
      undefined,
      true,
    ])
  })

  it('row 1: text that is not stored yet replaces nothing', () => {
    expect(run(shown('abcdef'), { offset: 2, text: 'XYZWV' })).toEqual(['appended', 'abcdefV', undefined, false])
    expect(run(shown('abcdef'), { offset: 2, text: 'XY' })).toEqual(['duplicate', 'abcdef', undefined, false])
  })

  it('row 1: stored text that is only shorter is no contradiction', () => {
    const before = shown('abcdef')
    expect(merge(before, { offset: 0, text: 'abc', isSnapshot: true })).toEqual({ outcome: 'duplicate', shown: before })
  })

  it('row 2: a text that is done is cut to its end', () => {
    expect(run(shown('abcdef'), { offset: 4, text: '', isDone: true })).toEqual(['reconciled', 'abcd', undefined, true])
    expect(run(shown('abcdef'), { offset: 0, text: 'abcd', isSnapshot: true, isDone: true })).toEqual([
      'reconciled',
      'abcd',
      undefined,
      true,
    ])
  })

  it('row 3: a duplicate comes back as the same reference', () => {
    const before = shown('abcdef', 1)
    for (const piece of [
      { offset: 0, text: 'abc' },
      { offset: 6, text: '' },
      { offset: 3, text: 'def', origin: { epoch: 1, base: 0 } },
    ]) {
      expect(merge(before, piece).shown).toBe(before)
    }
  })

  it('row 4: appends only the part beyond the text', () => {
    expect(run(shown('abc'), { offset: 1, text: 'bcde' })).toEqual(['appended', 'abcde', undefined, false])
  })

  it('row 4: a whole body that agrees is kept as it is', () => {
    expect(run(shown('abc'), { offset: 0, text: 'abcde', isSnapshot: true })).toEqual([
      'appended',
      'abcde',
      undefined,
      false,
    ])
  })

  it('row 5: shows nothing of a chunk beyond a gap', () => {
    const before = shown('abc')
    expect(merge(before, { offset: 4, text: 'e' })).toEqual({ outcome: 'gap', shown: before })
  })
})
