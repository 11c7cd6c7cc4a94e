import { extractExamples } from '../../gates/extract-examples.mjs'
import { examplesFolder } from './examples-folder'

/** Runs once before the tests: the examples stand in the pages alone, and are run as they stand there. */
export async function setup() {
  await extractExamples(examplesFolder)
}
