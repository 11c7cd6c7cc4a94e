import { findingsOutcome } from '../runner/outcome.mjs'
import { runCommand } from '../runner/run-command.mjs'
import { findPublished } from './workspaces.mjs'

/** Checks what npm would publish of each package: its entries, its types, and a dry run of the upload. */
export async function checkPackaging() {
  const findings = []
  const published = await findPublished()
  for (const { path, name } of published) {
    const lint = await runCommand('publint', ['run', path, '--strict', '--pack', 'npm'])
    if (lint.code !== 0) findings.push(`${name}: publint\n${lint.output}`)
    const types = await runCommand('attw', ['--pack', path, '--profile', 'esm-only', '--no-emoji', '--no-color'])
    if (types.code !== 0) findings.push(`${name}: are the types wrong\n${types.output}`)
    const upload = await runCommand('npm', ['publish', '--dry-run', '--workspace', path], { isSystem: true })
    if (upload.code !== 0) findings.push(`${name}: npm publish --dry-run\n${upload.output}`)
  }
  return findingsOutcome(findings, published.map(({ name }) => name).join(', '))
}
