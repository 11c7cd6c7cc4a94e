import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { examplesFolder } from './support/examples-folder'

const tests = readdirSync(examplesFolder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.test\.tsx?$/.test(path),
)

it('there is a component test for each framework', () => {
  for (const framework of ['react', 'vue', 'svelte', 'solid'])
    expect(tests.filter((path) => path.startsWith(`${framework}/docs-${framework}/answer.test.ts`))).toHaveLength(1)
})

describe.each(tests)('the documented test %s', async (path) => {
  // happy-dom lacks `reportError`, which every browser has.
  beforeEach(() => void vi.stubGlobal('reportError', console.error))
  afterEach(() => void vi.unstubAllGlobals())
  await import(/* @vite-ignore */ `${examplesFolder}/${path}`)
})
