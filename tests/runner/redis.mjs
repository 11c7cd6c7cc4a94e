import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runCommand } from './run-command.mjs'

/**
 * Where the Redis server's program is: `REDIS_SERVER_PATH` if that is set, else the first that is found on the PATH.
 *
 * @returns {string | undefined}
 */
export function findRedis() {
  const told = process.env['REDIS_SERVER_PATH']
  if (told) return existsSync(told) ? told : undefined
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/bin', '/usr/local/bin']
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path))
}

/**
 * Finds the Redis server, and installs it where that is one command that needs nobody's consent: as root on Debian.
 *
 * @returns {Promise<{ path: string } | { reason: string, cure: string }>}
 */
export async function ensureRedis() {
  const found = findRedis()
  if (found) return { path: found }
  if (process.env['REDIS_SERVER_PATH']) {
    return { reason: 'REDIS_SERVER_PATH names no file', cure: 'set it to the path of redis-server, or unset it' }
  }
  const cure = 'install the Redis server (Debian: apt-get install redis-server) or set REDIS_SERVER_PATH'
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0)
    return { reason: 'no redis-server was found', cure }

  console.log('    no redis-server was found: installing the Debian package (under a minute) …')
  // Run level 1 keeps the package from starting its service; the tests start servers of their own, on other ports.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const update = await runCommand('apt-get', ['update', '-qq'], { env, isSystem: true })
  const wait = ['-o', 'DPkg::Lock::Timeout=120']
  const args = [...wait, 'install', '-y', '-qq', '--no-install-recommends', 'redis-server']
  const install = await runCommand('apt-get', args, { env, isSystem: true })
  const path = findRedis()
  if (path) return { path }
  console.log(`${update.output}\n${install.output}`)
  return { reason: 'no redis-server was found, and apt-get could not install it', cure }
}
