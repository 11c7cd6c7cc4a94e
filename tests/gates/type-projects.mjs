import { readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { root } from '../runner/run-command.mjs'

/**
 * The tsconfig.json files of a workspace with the files each includes, and the files that none of them does. All paths
 * are from the top.
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

/** Neither what is installed, nor what is built, nor what is hidden. @param {string} folder @returns {Promise<string[]>} */
async function listFiles(folder) {
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
  if (error) return { path, files: [] } // the compiler says what is wrong with it, and the files count as unchecked
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, dirname(file), undefined, file, undefined, components)
  return { path, files: parsed.fileNames.map((name) => relative(root, name)) }
}

/** TypeScript itself lists only what it can read. */
const components = ['.vue', '.svelte'].map((extension) => ({
  extension,
  isMixedContent: true,
  scriptKind: ts.ScriptKind.Deferred,
}))

/** @typedef {{ path: string, files: string[] }} TypeProject */
