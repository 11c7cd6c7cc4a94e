import { describe, expect, it } from 'vitest'
import { findExamples, findLinks } from './markdown.mjs'

const page = [
  '# A page',
  'See [the plan](docs/design.md#words), [a site](https://example.com) and [below](#below).',
  '```ts',
  "const link = '[not a link](nowhere.md)'",
  '```',
  '![picture](docs/picture.png) and `[code](no.md)`',
  '```tsx server.tsx',
  'const b = 2',
  '```',
  '```sh',
  'npm start',
  '```',
].join('\n')

describe('reading a page', () => {
  it('finds the TypeScript examples and where they begin', () => {
    expect(findExamples(page)).toEqual([
      { line: 3, code: "const link = '[not a link](nowhere.md)'\n" },
      { line: 7, code: 'const b = 2\n' },
    ])
  })

  it('finds relative links and pictures, and nothing inside of code', () => {
    expect(findLinks(page)).toEqual(['docs/design.md', 'docs/picture.png'])
  })
})
