import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'
import { runTsc } from './run-tsc.mjs'
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
  const folder = await mkdtemp(join(await outputFolder(), 'types-'))
  await inPairs(await checksOf(projects, folder), async ({ name, run }) => {
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

/** @typedef {{ name: string, run(): ReturnType<typeof runCommand> }} Check */

/**
 * One check for each project of plain TypeScript, one for all projects with Vue components, and one for all with Svelte
 * components. `vue-tsc` and `svelte-check` are slow, and most of their time is the same for one project and for ten. Both
 * check TypeScript too, so a project with both kinds of components passes only those of Svelte to `svelte-check`.
 *
 * @param {readonly import('./type-projects.mjs').TypeProject[]} projects
 * @param {string} folder for the configurations of the joint checks
 * @returns {Promise<Check[]>} the slow ones first
 */
async function checksOf(projects, folder) {
  const vue = projects.filter((project) => hasFiles(project, /\.vue$/))
  const svelte = projects.filter((project) => hasFiles(project, /\.svelte$/))
  const plain = projects.filter((project) => !vue.includes(project) && !svelte.includes(project))
  const vueAlone = vue.map((project) => ({
    ...project,
    files: project.files.filter((file) => !file.endsWith('.svelte')),
  }))
  const svelteAlone = svelte.map((project) => ({
    ...project,
    files: vue.includes(project) ? project.files.filter((file) => /\.svelte(\.ts)?$/.test(file)) : project.files,
  }))
  /** @type {Check[]} */
  const checks = []
  if (vue.length > 0) {
    const path = await joinProjects(vueAlone, join(folder, 'vue.json'))
    checks.push({ name: 'vue-tsc', run: () => runCommand('vue-tsc', ['-p', path, '--noEmit']) })
  }
  if (svelte.length > 0) {
    const path = await joinProjects(svelteAlone, join(folder, 'svelte.json'))
    const args = ['--workspace', root, '--tsconfig', path, '--fail-on-warnings', '--no-color']
    checks.push({ name: 'svelte-check', run: () => runCommand('svelte-check', args) })
  }
  for (const { path } of plain) {
    checks.push({ name: `tsc -p ${path}`, run: () => runTsc(path) })
  }
  return checks
}

/** @param {import('./type-projects.mjs').TypeProject} project @param {RegExp} pattern */
function hasFiles({ files }, pattern) {
  return files.some((file) => pattern.test(file))
}

/**
 * Writes a configuration for the files of several projects, with the global types that any of them uses.
 *
 * @param {readonly import('./type-projects.mjs').TypeProject[]} projects
 * @param {string} path
 */
async function joinProjects(projects, path) {
  const configuration = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      types: [...new Set(projects.flatMap(({ types }) => types))],
      jsx: 'react-jsx',
      // For the scripts in some of the projects.
      ...{ allowJs: true, checkJs: true },
    },
    files: [...new Set(projects.flatMap(({ files }) => files))].map((file) => join(root, file)),
  }
  await writeFile(path, JSON.stringify(configuration))
  return path
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
