import { commandOutcome } from '../runner/outcome.mjs'
import { runCommand } from '../runner/run-command.mjs'

/** Checks that the API reference builds from the TSDoc of the public names, without broken links. */
export async function checkApi() {
  const args = ['--options', 'docs/api/typedoc.json', '--emit', 'none', '--treatWarningsAsErrors']
  return commandOutcome(await runCommand('typedoc', args))
}
