import { type Block, blocks } from '@keepstream/core/blocks'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cuts, follow } from '../support/fold-setup'
import { examples, mixtures, own, wholeBlocks } from '../support/markdown'
import { check, patienceMs } from '../support/property'

const withoutState = (all: readonly Block[]) => all.map(({ key, text }) => ({ key, text }))
const isEqual = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** What is wrong when the text comes in these pieces. */
function faultsOf(pieces: readonly string[]): readonly string[] {
  const fold = blocks()
  const { push, end } = follow(fold)
  const faults: string[] = []
  let text = ''
  let before = push('')
  for (const piece of pieces) {
    text += piece
    const shown = push(piece)
    const closed = before.filter(({ isOpen }) => !isOpen)
    if (!isEqual(withoutState(shown), wholeBlocks(text))) faults.push(`not the blocks: ${text}`)
    if (!isEqual(shown, fold.ofText(text, false))) faults.push(`depends on the cuts: ${text}`)
    if (closed.some((block, index) => block !== shown[index])) faults.push(`a closed block has changed: ${text}`)
    if (shown.some((block, index) => block !== before[index] && isEqual(block, before[index])))
      faults.push(`an equal block is new: ${text}`)
    if (isEqual(shown, before) && shown !== before) faults.push(`an equal array is new: ${text}`)
    before = shown
  }
  if (
    !isEqual(
      end(),
      wholeBlocks(text).map((block) => ({ ...block, isOpen: false })),
    )
  )
    faults.push(`the end: ${text}`)
  return faults
}

describe('blocks(), in any pieces', () => {
  it(
    'has the blocks of the whole text for the examples of CommonMark, one after the other',
    () => {
      check(
        fc.property(cuts(mixtures, 60), (pieces) => {
          expect(faultsOf(pieces)).toEqual([])
        }),
        60,
      )
    },
    patienceMs(10_000),
  )

  it('has them for each example', () => {
    expect(examples.length).toBeGreaterThan(600)
    const differing = examples.filter((text) => !isEqual(withoutState(blocks().ofText(text)), wholeBlocks(text)))
    expect(differing).toEqual([])
  })

  it.each(own)('has them for %j, character by character', (text) => {
    expect(faultsOf(`text\n${text}`.split(''))).toEqual([])
    expect(faultsOf(`${text}\nlast\n`.split(''))).toEqual([])
  })
})
