import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gateOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'

/** The rules, with their reasons, stand in .dependency-cruiser.cjs. */
export async function checkBorders() {
  const packages = (await readdir(join(root, 'packages'))).map((name) => `packages/${name}/src`)
  const { code, output, stdout } = await runCommand('depcruise', [
    '--output-type',
    'err-long',
    ...packages,
    'playground/src',
  ])
  const modules = Number(/(\d+) modules/.exec(stdout)?.[1] ?? 0)
  // A cruise that sees nothing finds nothing wrong either.
  if (modules === 0) return gateOutcome(false, { output: `no module was read\n${output}` })
  return gateOutcome(code === 0, { output, note: `${modules} modules` })
}
