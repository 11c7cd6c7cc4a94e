import { join } from 'node:path'
import { root, runCommand } from '../runner/run-command.mjs'

/** TypeScript 7 is native and many times faster. Checkers of Vue and Svelte, and tsup, still need the API of TypeScript 6. */
const tsc = join(root, 'other-majors/typescript-7/node_modules/.bin/tsc')

/**
 * Checks a project of plain TypeScript. By default the compiler has four checkers, and each finds out the types of most
 * imports again: twice the work, on machines with two cores.
 *
 * @param {string} project the path of its tsconfig.json
 */
export function runTsc(project) {
  return runCommand(tsc, ['-p', project, '--noEmit', '--checkers', '1'], { isSystem: true })
}
