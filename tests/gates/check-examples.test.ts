import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../runner/run-command.mjs'
import { isLongRun } from '../support/is-long-run'
import { checkExamples } from './check-examples.mjs'
import type { Framework } from './extract-examples.mjs'

/** Each reads a field that no stream has, in a place that only the framework's own compiler checks. */
const brokenExamples: [framework: Framework, file: string, code: string][] = [
  [
    'react',
    'answer.tsx',
    "import { type StreamState } from '@keepstream/react'\nexport const Answer = (state: StreamState) => <p>{state.txt}</p>\n",
  ],
  [
    'vue',
    'Answer.vue',
    '<script setup lang="ts">\nimport type { StreamState } from \'@keepstream/vue\'\ndefineProps<{ state: StreamState }>()\n</script>\n<template><p>{{ state.txt }}</p></template>\n',
  ],
  [
    'svelte',
    'Answer.svelte',
    '<script lang="ts">\n  import type { StreamState } from \'@keepstream/svelte\'\n  const { state }: { state: StreamState } = $props()\n</script>\n<p>{state.txt}</p>\n',
  ],
  [
    'solid',
    'answer.tsx',
    "import { type StreamState } from '@keepstream/solid'\nimport type { JSX } from 'solid-js'\nexport const Answer = (state: StreamState): JSX.Element => <p class=\"a\">{state.txt}</p>\n",
  ],
]

/** Each framework takes seconds, so the test command tries one. */
const tried = isLongRun ? brokenExamples : brokenExamples.slice(0, 1)

describe('an example with a type error', () => {
  let folder: string

  beforeEach(async () => {
    await mkdir(join(root, 'tests/.output'), { recursive: true })
    folder = await mkdtemp(join(root, 'tests/.output/wrong-'))
  })

  afterEach(() => rm(folder, { recursive: true, force: true }))

  it.each(tried)('is detected on a page about %s', { timeout: 60_000 }, async (framework, file, code) => {
    await writeFile(join(folder, file), code)
    const { code: exitCode, output } = await checkExamples(framework, folder)
    expect(exitCode).not.toBe(0)
    expect(output).toContain("'txt' does not exist")
  })
})
