import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { root, runCommand } from './run-command.mjs'

/** The majors that users run, beside the one that runs the tests. */
export const nodeMajors = [22, 24]

/**
 * Another Node, from the npm package that carries it for this platform.
 *
 * @param {number} major
 * @returns {Promise<{ path: string, env: { PATH: string } } | { reason: string }>} its program, and an environment in
 *   which it is the first to be found
 */
export async function ensureNode(major) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const folder = join(root, 'tests', '.output', 'nodes', String(major))
  const bin = join(folder, 'node_modules', name, 'bin')
  const path = join(bin, process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(path)) {
    await mkdir(folder, { recursive: true })
    // A package of its own, or npm would install into the workspace.
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', `${name}@${major}`]
    const { output } = await runCommand('npm', args, { cwd: folder, isSystem: true })
    if (!existsSync(path)) return { reason: `npm has no ${name}@${major} to install: ${output.trim().split('\n')[0]}` }
  }
  return { path, env: { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` } }
}
