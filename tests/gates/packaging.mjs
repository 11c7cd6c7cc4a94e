import { findingsOutcome } from '../runner/outcome.mjs'
import { runCommand } from '../runner/run-command.mjs'
import { findPublished } from './workspaces.mjs'

export async function checkPackaging() {
  const findings = []
  const published = await findPublished()
  for (const { path, name } of published) {
    const lint = await runCommand('publint', ['run', path, '--strict', '--pack', 'npm'])
    if (lint.code !== 0) findings.push(`${name}: publint\n${lint.output}`)
    const types = await runCommand('attw', ['--pack', path, '--profile', 'esm-only', '--no-emoji', '--no-color'])
    if (types.code !== 0) findings.push(`${name}: are the types wrong\n${types.output}`)
  }
  return findingsOutcome(findings, published.map(({ name }) => name).join(', '))
}
