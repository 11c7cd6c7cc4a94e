import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

it('SPEC.md names tests for every invariant, and their titles have its number', () => {
  const rows = [...read('../SPEC.md').matchAll(/^\| (S\d+) \| .* \| (`.*`) \|$/gm)]
  expect(rows.length).toBeGreaterThan(17)
  expect(rows.map(([, number]) => number)).toEqual(rows.map((_, index) => `S${index + 1}`))
  for (const [, number, files] of rows) {
    for (const [, file] of (files ?? '').matchAll(/`([^`]+)`/g)) {
      expect(read(`./${file}.test.ts`)).toMatch(
        new RegExp(`(describe|it)[^\\n]*\\n?[^\\n]*['"\`][^\\n]*\\b${number}\\b`),
      )
    }
  }
})
