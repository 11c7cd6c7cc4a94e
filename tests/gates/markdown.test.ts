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
  '```vue Answer.vue',
  '<template />',
  '```',
  '```svelte',
  '{text}',
  '```',
].join('\n')

describe('reading a page', () => {
  it('finds the examples, where they begin, and the files they name', () => {
    expect(findExamples(page)).toEqual([
      { line: 3, language: 'ts', name: undefined, code: "const link = '[not a link](nowhere.md)'\n" },
      { line: 7, language: 'tsx', name: 'server.tsx', code: 'const b = 2\n' },
      { line: 13, language: 'vue', name: 'Answer.vue', code: '<template />\n' },
      { line: 16, language: 'svelte', name: undefined, code: '{text}\n' },
    ])
  })

  it('finds relative links and pictures, and nothing inside of code', () => {
    expect(findLinks(page)).toEqual(['docs/design.md', 'docs/picture.png'])
  })
})
