import { join } from 'node:path'

/** Not the one of the gate that compiles them, which may be at work too. */
export const examplesFolder = join(import.meta.dirname, '../../.output/running-examples')
