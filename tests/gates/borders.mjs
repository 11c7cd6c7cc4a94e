import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gateOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'

/** Checks the import rules of .dependency-cruiser.cjs, which also gives their reasons. */
export async function checkBorders() {
  const packages = (await readdir(join(root, 'packages'))).map((name) => `packages/${name}/src`)
  const { code, output, stdout } = await runCommand('depcruise', [
    '--output-type',
    'err-long',
    ...packages,
    'playground/src',
  ])
  const modules = Number(/(\d+) modules/.exec(stdout)?.[1] ?? 0)
  // A run that reads no module would always pass.
  if (modules === 0) return gateOutcome(false, { output: `no module was read\n${output}` })
  return gateOutcome(code === 0, { output, note: `${modules} modules` })
}
