import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { findingsOutcome, gateOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'

/**
 * Finds tests that would never run: in no project of vitest.config.ts, or in none of the folders that the steps run of their
 * projects.
 *
 * @param {readonly import('../runner/types').Step[]} steps those of the test command
 */
export async function checkTestFiles(steps) {
  const { code, output, stdout } = await runCommand('vitest', ['list', '--filesOnly', '--json'])
  if (code !== 0) return gateOutcome(false, { output })
  const listed = parseFiles(stdout)
  const files = (await Promise.all(['packages', 'playground', 'tests'].map(findTestFiles))).flat()
  return findingsOutcome(findUnrun(files, listed, steps), `${files.length} files`)
}

/**
 * @param {readonly string[]} files
 * @param {readonly Listed[]} listed
 * @param {readonly Pick<import('../runner/types').Step, 'suite'>[]} steps
 */
export function findUnrun(files, listed, steps) {
  const suites = steps.flatMap(({ suite }) => suite ?? [])
  return files.flatMap((path) => {
    const projects = listed.filter((one) => one.path === path).map(({ project }) => project)
    if (projects.length === 0) return `${path} is in no project of vitest.config.ts`
    const isRun = suites.some(
      ({ projects: own, folders }) =>
        own.some((project) => projects.includes(project)) &&
        // A step of several projects runs all of their files.
        (own.length > 1 || folders.some((folder) => path.startsWith(folder))),
    )
    return isRun ? [] : `${path} is in no folder that a step of tests/runner/steps.mjs runs`
  })
}

/** @typedef {{ path: string, project: string }} Listed */

/** @param {string} stdout @returns {Listed[]} */
function parseFiles(stdout) {
  /** @type {{ file: string, projectName: string }[]} */
  const list = JSON.parse(stdout.slice(stdout.indexOf('[')))
  return list.map(({ file, projectName }) => ({ path: relative(root, file), project: projectName }))
}

/** @param {string} folder @returns {Promise<string[]>} */
async function findTestFiles(folder) {
  const found = []
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')) continue
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) found.push(...(await findTestFiles(path)))
    else if (/\.test\.tsx?$/.test(entry.name)) found.push(path)
  }
  return found
}
