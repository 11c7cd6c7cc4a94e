import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'
import { findWorkspaces } from './workspaces.mjs'

/** Two at a time: each compiler uses one core, and a small machine has two. */
export async function checkTypes() {
  const workspaces = await findWorkspaces()
  const queue = workspaces.values()
  /** @type {string[]} */
  const findings = []
  async function work() {
    for (const path of queue) {
      const finding = await checkWorkspace(path)
      if (finding) findings.push(finding)
    }
  }
  await Promise.all([work(), work()])
  return findingsOutcome(findings, `${workspaces.length} workspaces`)
}

/** @param {string} path */
async function checkWorkspace(path) {
  if (!existsSync(join(root, path, 'tsconfig.json')))
    return `${path} has no tsconfig.json, so nothing checks its types.`
  const { code, output } = await runCommand('tsc', ['-p', path, '--noEmit'])
  return code === 0 ? undefined : `${path}:\n${output}`
}
