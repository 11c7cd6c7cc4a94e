import { readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { root } from '../runner/run-command.mjs'

/**
 * Finds the tsconfig.json files of a workspace, the files that each includes, and the files that none includes. All
 * paths are relative to the repository.
 *
 * @param {string} workspace
 * @returns {Promise<{ projects: TypeProject[], unchecked: string[] }>}
 */
export async function findTypeProjects(workspace) {
  const files = await listFiles(workspace)
  const projects = files.filter((path) => /(^|\/)tsconfig\.json$/.test(path)).map(readProject)
  const checked = new Set(projects.flatMap((project) => project.files))
  const unchecked = files.filter((path) => /\.(?:[cm]?tsx?|vue|svelte)$/.test(path) && !checked.has(path))
  return { projects, unchecked }
}

/** Lists files, except installed, built and hidden ones. @param {string} folder @returns {Promise<string[]>} */
export async function listFiles(folder) {
  const files = []
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')) continue
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) files.push(...(await listFiles(path)))
    else files.push(path)
  }
  return files
}

/** @param {string} path @returns {TypeProject} */
function readProject(path) {
  const file = join(root, path)
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile)
  if (error) return { path, files: [], types: [] } // the compiler reports the error, and the files count as unchecked
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, dirname(file), undefined, file, undefined, components)
  const files = parsed.fileNames.map((name) => relative(root, name))
  return { path, files, types: parsed.options.types ?? [] }
}

/** Without this, TypeScript lists only files that it can read itself. */
const components = ['.vue', '.svelte'].map((extension) => ({
  extension,
  isMixedContent: true,
  scriptKind: ts.ScriptKind.Deferred,
}))

/** @typedef {{ path: string, files: string[], types: string[] }} TypeProject */
