import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'
import { findWorkspaces } from './workspaces.mjs'

export async function checkTypes() {
  const findings = []
  const workspaces = await findWorkspaces()
  for (const path of workspaces) {
    if (!existsSync(join(root, path, 'tsconfig.json'))) {
      findings.push(`${path} has no tsconfig.json, so nothing checks its types.`)
      continue
    }
    const { code, output } = await runCommand('tsc', ['-p', path, '--noEmit'])
    if (code !== 0) findings.push(`${path}:\n${output}`)
  }
  return findingsOutcome(findings, `${workspaces.length} workspaces`)
}
