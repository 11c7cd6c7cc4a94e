import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../runner/run-command.mjs'
import { checkExamples } from './check-examples.mjs'

/** Each reads a field that no stream has. */
const brokenExamples: [framework: 'react' | 'solid', file: string, code: string][] = [
  [
    'react',
    'answer.tsx',
    "import { type StreamState } from '@keepstream/react'\nexport const Answer = (state: StreamState) => <p>{state.txt}</p>\n",
  ],
  [
    'solid',
    'answer.tsx',
    "import { type StreamState } from '@keepstream/solid'\nimport type { JSX } from 'solid-js'\nexport const Answer = (state: StreamState): JSX.Element => <p class=\"a\">{state.txt}</p>\n",
  ],
]

describe('an example with a type error', () => {
  let folder: string

  beforeEach(async () => {
    await mkdir(join(root, 'tests/.output'), { recursive: true })
    folder = await mkdtemp(join(root, 'tests/.output/wrong-'))
  })

  afterEach(() => rm(folder, { recursive: true, force: true }))

  it.each(brokenExamples)('is detected on a page about %s', { timeout: 60_000 }, async (framework, file, code) => {
    await writeFile(join(folder, file), code)
    const { code: exitCode, output } = await checkExamples(framework, folder)
    expect(exitCode).not.toBe(0)
    expect(output).toContain("'txt' does not exist")
  })
})
