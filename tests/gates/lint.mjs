import { commandOutcome } from '../runner/outcome.mjs'
import { runCommand } from '../runner/run-command.mjs'

export async function checkLint() {
  return commandOutcome(await runCommand('biome', ['check', '--error-on-warnings', '.']))
}
