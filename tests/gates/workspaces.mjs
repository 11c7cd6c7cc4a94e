import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../runner/run-command.mjs'

/**
 * Finds every workspace, as paths relative to the repository. A new package is included once its folder exists.
 *
 * @returns {Promise<string[]>}
 */
export async function findWorkspaces() {
  const packages = (await readdir(join(root, 'packages'))).sort().map((name) => `packages/${name}`)
  return [...packages, 'playground', 'tests'].filter((path) => existsSync(join(root, path, 'package.json')))
}

/**
 * Finds the published workspaces, with their names.
 *
 * @returns {Promise<{ path: string, name: string }[]>}
 */
export async function findPublished() {
  const found = []
  for (const path of await findWorkspaces()) {
    const manifest = JSON.parse(await readFile(join(root, path, 'package.json'), 'utf8'))
    if (!manifest.private) found.push({ path, name: /** @type {string} */ (manifest.name) })
  }
  return found
}
