import { commandOutcome } from '../runner/outcome.mjs'
import { runCommand } from '../runner/run-command.mjs'

/** The API reference builds from the TSDoc of the public names, and every link in it leads somewhere. */
export async function checkApi() {
  const args = ['--options', 'docs/api/typedoc.json', '--emit', 'none', '--treatWarningsAsErrors']
  return commandOutcome(await runCommand('typedoc', args))
}
