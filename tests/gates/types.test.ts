import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../runner/run-command.mjs'
import { isLongRun } from '../support/is-long-run'
import { checkTypesIn } from './types.mjs'

let workspace: string

/** The workspace is inside the repository, so that the frameworks are found. */
beforeEach(async () => {
  const output = join(root, 'tests', '.output')
  await mkdir(output, { recursive: true })
  workspace = relative(root, await mkdtemp(join(output, 'types-')))
})
afterEach(() => rm(join(root, workspace), { recursive: true, force: true }))

/** Writes a module, and a component and a project for each framework. Each assigns a number to a variable of type `type`. */
async function writeWorkspace(type: string) {
  const project = { extends: '../../../../tsconfig.base.json', compilerOptions: { paths: {} }, include: ['.'] }
  const solid = { ...project, compilerOptions: { paths: {}, jsx: 'preserve', jsxImportSource: 'solid-js' } }
  const script = `const count: ${type} = 1`
  const files: Record<string, string> = {
    'tsconfig.json': JSON.stringify({ ...project, extends: '../../../tsconfig.base.json', include: ['plain.ts'] }),
    'plain.ts': `export ${script}\n`,
    'solid/tsconfig.json': JSON.stringify(solid),
    'solid/count.tsx': `export const Count = () => {\n  ${script}\n  return <p class="count">{count}</p>\n}\n`,
  }
  const components = {
    'svelte/tsconfig.json': JSON.stringify(project),
    'svelte/count.svelte': `<script lang="ts">\n${script}\n</script>\n\n<p class="count">{count}</p>\n`,
    'vue/tsconfig.json': JSON.stringify(project),
    'vue/count.vue': `<script setup lang="ts">\n${script}\n</script>\n\n<template><p class="count">{{ count }}</p></template>\n`,
  }
  // In the test command the gate shows on each run that these compilers find a fault. They take long to start.
  for (const [name, text] of Object.entries({ ...files, ...(isLongRun && components) })) {
    const path = join(root, workspace, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
}

describe('the types gate', { timeout: 120_000 }, () => {
  // In the test command the gate itself shows this, on the components of the repository.
  if (isLongRun)
    it('accepts correct components of every framework, and counts them', async () => {
      await writeWorkspace('number')
      const { passed, output, note } = await checkTypesIn([workspace])
      expect({ passed, output }).toEqual({ passed: 1, output: '' })
      expect(note).toBe('1 workspaces, 4 projects, 1 Vue and 1 Svelte components')
    })

  it('finds a wrong type in a component of every framework, and a file that no project includes', async () => {
    await writeWorkspace('string')
    await writeFile(join(root, workspace, 'stray.vue'), '<template><p>Alone</p></template>\n')
    const { failed, output } = await checkTypesIn([workspace])
    expect(failed).toBe(1)
    const files = ['plain.ts', 'count.tsx', ...(isLongRun ? ['count.svelte', 'count.vue'] : [])]
    for (const file of files) expect(output).toContain(file)
    expect(output).toContain(`${workspace}/stray.vue is in no tsconfig.json, so nothing checks its types.`)
  })
})
