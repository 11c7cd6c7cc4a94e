import { expect, it } from 'vitest'
import { checkWhereIs, parseIndex } from './where-is.mjs'

it('reads the file, the name and the default of each row', () => {
  const table =
    '| task | file | name | default | test |\n|---|---|---|---|---|\n| do it | [a.ts](../a.ts) | `act` | `250` | [t](../t) |'
  expect(parseIndex(table)).toEqual([{ task: 'do it', file: '../a.ts', words: ['act', '250'] }])
})

it('finds every name of docs/where-is.md in its file', async () => {
  expect(await checkWhereIs()).toEqual([])
})
