import type { TestProject } from 'vitest/node'
import { extractExamples } from '../../gates/extract-examples.mjs'
import { examplesOf } from './examples-folder'

/** Runs once before the tests: the examples stand in the pages alone, and are run as they stand there. */
export async function setup({ name }: TestProject) {
  await extractExamples(examplesOf(name))
}
