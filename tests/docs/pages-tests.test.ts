import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { examplesFolder } from './support/examples-folder'

const tests = readdirSync(examplesFolder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.test\.tsx?$/.test(path),
)

it('shows a test of a component for each framework', () => {
  for (const framework of ['react', 'vue', 'svelte', 'solid'])
    expect(tests.filter((path) => path.startsWith(`${framework}/docs-${framework}/answer.test.ts`))).toHaveLength(1)
})

describe.each(tests)('as it stands in the page, %s', async (path) => {
  // happy-dom lacks what every browser has.
  beforeEach(() => void vi.stubGlobal('reportError', console.error))
  afterEach(() => void vi.unstubAllGlobals())
  await import(/* @vite-ignore */ `${examplesFolder}/${path}`)
})
