import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MergeInput, merge, type Shown } from '../../src/merge/merge'
import { check, nastyText, patienceMs } from '../support/property'

const nothing: Shown = { text: '', origin: undefined, verified: 0, cuts: 0 }

/** A chunk somewhere in a text of that length, gaps and duplicates included. */
const range = fc.record({
  from: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(20),
  isSnapshot: fc.boolean(),
})

describe('merging any chunks in any order', () => {
  it(
    'P1, P2: keeps a prefix of the text that never shrinks, and P3: is whole once the rest was read',
    () => {
      check(
        fc.property(nastyText(), fc.array(range, { maxLength: 30, size: 'max' }), (truth, ranges) => {
          let shown = nothing
          for (const { from, length, isSnapshot } of ranges) {
            const offset = Math.floor(from * truth.length)
            const piece = { offset, text: truth.slice(offset, offset + length), isSnapshot }
            const { outcome, shown: next } = merge(shown, piece)
            expect(truth.startsWith(next.text)).toBe(true)
            expect(next.text.length).toBeGreaterThanOrEqual(shown.text.length)
            expect(next.cuts).toBe(0)
            expect(outcome === 'gap').toBe(offset > shown.text.length)
            expect(next === shown).toBe(outcome !== 'appended')
            // Idempotent: the same chunk again changes nothing.
            expect(merge(next, piece).shown).toBe(next)
            shown = next
          }
          const rest = { offset: shown.text.length, text: truth.slice(shown.text.length), isDone: true }
          expect(merge(shown, rest).shown.text).toBe(truth)
        }),
        1500,
      )
    },
    patienceMs(120_000),
  )

  it(
    'P9: with epochs, shows a prefix of the text of the newest known epoch, and cuts only to a base',
    () => {
      const epochs = fc.array(fc.record({ base: fc.double({ min: 0, max: 1, noNaN: true }), text: nastyText(20) }), {
        minLength: 1,
        maxLength: 4,
      })
      const reads = fc.array(fc.tuple(fc.nat(3), range), { maxLength: 30, size: 'max' })
      check(
        fc.property(epochs, reads, (claims, pieces) => {
          const truths: { base: number; text: string }[] = []
          for (const { base, text } of claims) {
            const before = truths.at(-1) ?? { base: 0, text: '' }
            // Text that was durable when an epoch began is never lost later: a base is never before the last one.
            const start = before.base + Math.floor(base * (before.text.length - before.base))
            truths.push({ base: start, text: before.text.slice(0, start) + text })
          }
          let shown = nothing
          for (const [index, { from, length, isSnapshot }] of pieces) {
            const number = index % truths.length
            const { base, text } = truths[number] as (typeof truths)[number]
            const offset = Math.floor(from * text.length)
            const piece: MergeInput = {
              offset,
              text: text.slice(offset, offset + length),
              origin: { epoch: number + 1, base },
              isSnapshot,
            }
            const { outcome, shown: next } = merge(shown, piece)
            expect(truths[(next.origin?.epoch ?? 1) - 1]?.text.startsWith(next.text)).toBe(true)
            expect(next.origin?.epoch).toBe(Math.max(shown.origin?.epoch ?? 0, number + 1))
            if (outcome === 'stale') expect(next).toBe(shown)
            if (next.text.length < shown.text.length) expect(next.cuts).toBeGreaterThan(shown.cuts)
            shown = next
          }
        }),
        1500,
      )
    },
    patienceMs(120_000),
  )

  it(
    'P9: without epochs, a read of the whole stored text always ends in that text, or in a longer one that agrees',
    () => {
      check(
        fc.property(nastyText(), nastyText(), fc.nat(60), (shownText, stored, common) => {
          const body = shownText.slice(0, common) + stored
          const { shown } = merge({ ...nothing, text: shownText }, { offset: 0, text: body, isSnapshot: true })
          expect(shown.text === body || (shown.text === shownText && shownText.startsWith(body))).toBe(true)
          const done = merge({ ...nothing, text: shownText }, { offset: 0, text: body, isSnapshot: true, isDone: true })
          expect(done.shown.text).toBe(body)
        }),
        700,
      )
    },
    patienceMs(120_000),
  )
})
