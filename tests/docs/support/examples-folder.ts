import { join } from 'node:path'

/** Where the tests of a Vitest project find the examples. Each project has its own folder, because they run at the same time. */
export const examplesOf = (project: string) => join(import.meta.dirname, '../../.output', `running-examples-${project}`)

export const examplesFolder = examplesOf('docs')
