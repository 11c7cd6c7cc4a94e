import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'
import { findTypeProjects } from './type-projects.mjs'
import { findWorkspaces } from './workspaces.mjs'

/** Checks every source file of every workspace, including single-file components, with a compiler that can read it. */
export async function checkTypes() {
  return await checkTypesIn(await findWorkspaces())
}

/** @param {readonly string[]} workspaces as paths relative to the repository */
export async function checkTypesIn(workspaces) {
  /** @type {string[]} */
  const findings = []
  /** @type {import('./type-projects.mjs').TypeProject[]} */
  const projects = []
  for (const workspace of workspaces) {
    if (!existsSync(join(root, workspace, 'tsconfig.json')))
      findings.push(`${workspace} has no tsconfig.json, so nothing checks its types.`)
    const found = await findTypeProjects(workspace)
    projects.push(...found.projects)
    findings.push(...found.unchecked.map((path) => `${path} is in no tsconfig.json, so nothing checks its types.`))
  }
  const checks = projects.flatMap(checksOf)
  await inPairs(checks, async ({ command, args, path, isSystem = false }) => {
    const { code, output } = await runCommand(command, args, { isSystem })
    if (code !== 0) findings.push(`${path}, ${command}:\n${output}`)
  })
  const count = (/** @type {string} */ extension) =>
    new Set(projects.flatMap(({ files }) => files.filter((path) => path.endsWith(extension)))).size
  return findingsOutcome(
    findings,
    `${workspaces.length} workspaces, ${projects.length} projects, ${count('.vue')} Vue and ${count('.svelte')} Svelte components`,
  )
}

/**
 * `vue-tsc` and `svelte-check` check TypeScript as well as components of their own kind, so a project seldom needs two.
 *
 * @param {import('./type-projects.mjs').TypeProject} project
 * @returns {{ path: string, command: string, args: string[], isSystem?: boolean }[]}
 */
function checksOf({ path, files }) {
  const holds = (/** @type {string} */ extension) => files.some((file) => file.endsWith(extension))
  const checks = []
  if (holds('.vue')) checks.push({ path, command: 'vue-tsc', args: ['-p', path, '--noEmit'] })
  if (holds('.svelte')) {
    const folder = path.replace(/\/tsconfig\.json$/, '')
    const args = ['--workspace', folder, '--tsconfig', join(root, path), '--fail-on-warnings', '--no-color']
    checks.push({ path, command: 'svelte-check', args })
  }
  return checks.length > 0 ? checks : [{ path, command: tsc, args: ['-p', path, '--noEmit'], isSystem: true }]
}

/** The native compiler, many times faster than the one that Vue's and Svelte's checkers are built on. */
const tsc = join(root, 'other-majors/typescript-7/node_modules/.bin/tsc')

/**
 * Runs two at a time: each compiler uses one core, and a small machine has two.
 *
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => Promise<void>} act
 */
async function inPairs(items, act) {
  const queue = items.values()
  async function work() {
    for (const item of queue) await act(item)
  }
  await Promise.all([work(), work()])
}
