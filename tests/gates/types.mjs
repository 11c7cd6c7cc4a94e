import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root } from '../runner/run-command.mjs'
import { extractExamples } from './extract-examples.mjs'
import { typeChecksOf } from './type-checks.mjs'
import { findTypeProjects, listFiles } from './type-projects.mjs'
import { findWorkspaces } from './workspaces.mjs'

/**
 * Checks every source file of every workspace, including single-file components, with a compiler that can read it, and the
 * pages' examples for Vue and Svelte with them. The readme gate checks the other examples.
 */
export async function checkTypes() {
  const folder = await mkdtemp(join(await outputFolder(), 'examples-'))
  await extractExamples(folder)
  const examplesOf = (/** @type {string} */ framework) => listFiles(relative(root, join(folder, framework)))
  const [vue, svelte] = await Promise.all([examplesOf('vue'), examplesOf('svelte')])
  const outcome = await checkTypesIn(await findWorkspaces(), { vue, svelte })
  await rm(folder, { recursive: true })
  return outcome
}

/**
 * @param {readonly string[]} workspaces as paths relative to the repository
 * @param {Readonly<Record<'vue' | 'svelte', readonly string[]>>} examples the files of examples, by framework
 */
export async function checkTypesIn(workspaces, examples = { vue: [], svelte: [] }) {
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
  const folder = await mkdtemp(join(await outputFolder(), 'types-'))
  await inPairs(await typeChecksOf(projects, examples, folder), async ({ name, run }) => {
    const { code, output } = await run()
    if (code !== 0) findings.push(`${name}:\n${output}`)
  })
  await rm(folder, { recursive: true })
  const count = (/** @type {string} */ extension) =>
    new Set(projects.flatMap(({ files }) => files.filter((path) => path.endsWith(extension)))).size
  return findingsOutcome(
    findings,
    `${workspaces.length} workspaces, ${projects.length} projects, ${count('.vue')} Vue and ${count('.svelte')} Svelte components`,
  )
}

async function outputFolder() {
  const folder = join(root, 'tests', '.output')
  await mkdir(folder, { recursive: true })
  return folder
}

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
