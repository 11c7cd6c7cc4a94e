import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { root } from '../runner/run-command.mjs'
import { findStaleFigures } from './performance.mjs'

let folder: string
const files = ['docs/performance.md', 'docs/performance.json', 'docs/pictures/performance.svg']

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keepstream-performance-'))
  mkdirSync(join(folder, 'docs', 'pictures'), { recursive: true })
  for (const file of files) cpSync(join(root, file), join(folder, file))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

function edit(file: string, change: (text: string) => string) {
  const before = readFileSync(join(folder, file), 'utf8')
  const after = change(before)
  expect(after).not.toBe(before)
  writeFileSync(join(folder, file), after)
}

it('accepts the figures of this repository', async () => {
  expect(await findStaleFigures(folder)).toEqual([])
})

it('finds a figure that was edited by hand, in the table and in the plot', async () => {
  edit('docs/performance.md', (text) => text.replace(/Keepstream \d/, 'Keepstream 0'))
  edit('docs/pictures/performance.svg', (text) => text.replace('<rect class="', '<rect class="other '))
  expect(await findStaleFigures(folder)).toEqual([
    expect.stringContaining('docs/performance.md: the table is not that of docs/performance.json'),
    expect.stringContaining('docs/pictures/performance.svg is not that of docs/performance.json'),
  ])
})

it('finds that a new run was saved without its table, and that it was a quick one', async () => {
  edit('docs/performance.json', (text) => text.replace('"isQuick": false', '"isQuick": true'))
  expect(await findStaleFigures(folder)).toEqual([
    expect.stringContaining('docs/performance.json is of a quick run'),
    expect.stringContaining('docs/performance.md: the table'),
  ])
})

it('leaves the rest of the page to its authors', async () => {
  edit('docs/performance.md', (text) => `${text}\nOne more sentence.\n`)
  expect(await findStaleFigures(folder)).toEqual([])
})
