import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runCommand } from './run-command.mjs'

const debianFolder = '/usr/lib/postgresql'
const needed = ['initdb', 'pg_ctl', 'postgres']

/**
 * The folder that holds `initdb`, `pg_ctl` and `postgres`: `POSTGRES_BIN` if that is set, else the first on the PATH, else
 * the newest of Debian's, which keeps them off the PATH.
 *
 * @returns {string | undefined}
 */
export function findPostgres() {
  const told = process.env['POSTGRES_BIN']
  if (told) return hasAll(told) ? told : undefined
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return [...folders, ...debianFolders(), '/opt/homebrew/bin', '/usr/local/pgsql/bin'].find(hasAll)
}

/**
 * Finds a Postgres server, and installs it where that is one command that needs nobody's consent: as root on Debian.
 *
 * @returns {Promise<{ path: string } | { reason: string, cure: string }>} `path` is the folder of its programs
 */
export async function ensurePostgres() {
  const found = findPostgres()
  if (found) return { path: found }
  if (process.env['POSTGRES_BIN']) {
    const reason = `POSTGRES_BIN names no folder with ${needed.join(', ')}`
    return { reason, cure: 'set it to the folder of these programs, or unset it' }
  }
  const cure = 'install the Postgres server (Debian: apt-get install postgresql) or set POSTGRES_BIN'
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    return { reason: 'no Postgres server was found', cure }
  }

  console.log('    no Postgres server was found: installing the Debian package (about a minute) …')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const update = await runCommand('apt-get', ['update', '-qq'], { env, isSystem: true })
  const args = ['install', '-y', '-qq', '--no-install-recommends', 'postgresql']
  const install = await runCommand('apt-get', args, { env, isSystem: true })
  const path = findPostgres()
  if (path) return { path }
  console.log(`${update.output}\n${install.output}`)
  return { reason: 'no Postgres server was found, and apt-get could not install it', cure }
}

/** @returns {string[]} the newest first */
function debianFolders() {
  if (!existsSync(debianFolder)) return []
  const versions = readdirSync(debianFolder).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(debianFolder, version, 'bin'))
}

/** @param {string} folder */
function hasAll(folder) {
  return needed.every((name) => existsSync(join(folder, name)))
}
