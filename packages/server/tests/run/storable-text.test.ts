import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStorableText } from '../../src/run/storable-text'
import { rerunnable } from '../support/rerunnable'

describe('S2 storable text', () => {
  const units = fc.array(fc.constantFrom('a', '\0', '\uD83D', '\uDE00', '😀', '\uFEFF', '\r', 'é'), { maxLength: 30 })

  it('is the same for every way to cut the text, keeps the length, and is well-formed', () => {
    rerunnable(
      fc.property(units, fc.array(fc.nat(60), { maxLength: 8 }), (parts, cuts) => {
        const text = parts.join('')
        const storable = createStorableText()
        const at = [...new Set([0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length])].sort(
          (a, b) => a - b,
        )
        let out = ''
        for (const [index, cut] of at.entries()) {
          out += storable.push(text.slice(cut, at[index + 1] ?? text.length))
          expect(out).not.toMatch(/[\uD800-\uDBFF]$/)
        }
        out += storable.flush()
        const whole = Buffer.from(text.replaceAll('\0', '\uFFFD'), 'utf8').toString('utf8')
        expect(out).toBe(whole)
        expect(out.length).toBe(text.length)
      }),
    )
  })

  it('holds a high surrogate back until its partner comes', () => {
    const storable = createStorableText()
    expect(storable.push('a\uD83D')).toBe('a')
    expect(storable.push('')).toBe('')
    expect(storable.push('\uDE00b')).toBe('😀b')
    expect(storable.push('\uD83D')).toBe('')
    expect(storable.flush()).toBe('\uFFFD')
    expect(storable.flush()).toBe('')
  })
})
