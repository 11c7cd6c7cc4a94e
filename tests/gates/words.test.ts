import { describe, expect, it } from 'vitest'
import { allowedUses, findOldWords, oldWords } from './words.mjs'

const words = (text: string) => findOldWords(text).findings.map(({ line, word }) => `${line} ${word}`)

describe('the words gate', () => {
  it('finds an old word in prose and in names, with its line and its replacement', () => {
    const { findings } = findOldWords('Polls the store.\nconst next = lookOnce(id)\n// Whoever asks is told.\n')
    expect(findings).toEqual([
      { line: 2, word: 'lookOnce', now: oldWords[0]?.now },
      { line: 3, word: 'told', now: expect.stringContaining('reported') },
      { line: 3, word: 'Whoever', now: expect.stringContaining('caller') },
    ])
  })

  it('accepts what only contains such a word, or uses it in another sense', () => {
    expect(words('It looks like a dead one. overlooked, folded, backoff, shears, hinterland, indoors')).toEqual([])
  })

  it('accepts the listed uses', () => {
    for (const { use } of allowedUses) {
      expect(words(`a ${use} b`)).toEqual([])
      expect(findOldWords(use).used).toEqual(new Set([use]))
    }
  })
})
