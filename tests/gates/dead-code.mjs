import { commandOutcome } from '../runner/outcome.mjs'
import { runCommand } from '../runner/run-command.mjs'

export async function checkDeadCode() {
  return commandOutcome(await runCommand('knip', ['--no-progress', '--treat-config-hints-as-errors']))
}
