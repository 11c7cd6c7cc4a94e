import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { findingsOutcome, gateOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'

/** Finds tests that no project of vitest.config.ts includes, since they would never run. */
export async function checkTestFiles() {
  const { code, output, stdout } = await runCommand('vitest', ['list', '--filesOnly', '--json'])
  if (code !== 0) return gateOutcome(false, { output })
  const listed = new Set(parseFiles(stdout))
  const files = (await Promise.all(['packages', 'playground', 'tests'].map(findTestFiles))).flat()
  const findings = files
    .filter((path) => !listed.has(path))
    .map((path) => `${path} is in no project of vitest.config.ts`)
  return findingsOutcome(findings, `${files.length} files`)
}

/** @param {string} stdout @returns {string[]} */
function parseFiles(stdout) {
  /** @type {{ file: string }[]} */
  const list = JSON.parse(stdout.slice(stdout.indexOf('[')))
  return list.map(({ file }) => relative(root, file))
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
