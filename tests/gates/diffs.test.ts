import { expect, it } from 'vitest'
import { applyDiff, findWrongDiffs } from './diffs.mjs'
import { findDiffs } from './markdown.mjs'

const before = 'one\ntwo\n\nthree\nfour\nfive\n'

it('applies the parts of a diff in order', () => {
  expect(applyDiff(before, '@@\n one\n-two\n+2\n \n@@\n-four\n+4\n+4b\n')).toBe('one\n2\n\nthree\n4\n4b\nfive\n')
  expect(applyDiff(before, '')).toBe(before)
})

it('does not apply a diff of another text, or one in another order', () => {
  expect(applyDiff(before, '@@\n one\n-three\n')).toBeUndefined()
  expect(applyDiff(before, '@@\n-four\n@@\n-two\n')).toBeUndefined()
  expect(applyDiff(before, '@@\n-wo\n')).toBeUndefined()
})

it('finds the diffs of a page that name a file', () => {
  const page = 'Text\n\n```diff a.ts\n@@\n-a\n+b\n```\n\n```diff\n-c\n```\n'
  expect(findDiffs(page)).toEqual([{ line: 3, name: 'a.ts', code: '@@\n-a\n+b\n' }])
})

it('accepts the diffs of the pages', async () => {
  expect(await findWrongDiffs()).toEqual([])
})
