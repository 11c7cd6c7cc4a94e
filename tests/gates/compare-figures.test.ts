import { describe, expect, it } from 'vitest'
import { compareFigures } from './compare-figures.mjs'

const sizes = [{ name: '`useStream`', size: 449 }]

describe('the sizes that a page states', () => {
  it('may be rounded to the nearest', () => {
    expect(compareFigures('| `useStream` | 0.4 kB |', sizes)).toEqual([])
    expect(compareFigures('| `useStream` | 0.45 kB |', sizes)).toEqual([])
  })

  it('are reported when they no longer match the code', () => {
    expect(compareFigures('| `useStream` | 0.3 kB |', sizes)).toEqual([
      'README.md: `useStream` is 0.4 kB, not 0.3 kB (449 B)',
    ])
  })

  it('must not be missing', () => {
    expect(compareFigures('nothing', sizes)).toEqual(['README.md: no line states the size of `useStream` (449 B)'])
  })
})
