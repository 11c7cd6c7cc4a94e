import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const debianFolder = '/usr/lib/postgresql'
const needed = ['initdb', 'pg_ctl', 'postgres']

/**
 * The folder that holds `initdb`, `pg_ctl` and `postgres`: `POSTGRES_BIN` if that is set, else the first on the PATH, else
 * the newest of Debian's, which keeps them off the PATH.
 *
 * @returns {string | undefined}
 */
export function findPostgres() {
  const reported = process.env['POSTGRES_BIN']
  if (reported) return hasAll(reported) ? reported : undefined
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return [...folders, ...debianFolders(), '/opt/homebrew/bin', '/usr/local/pgsql/bin'].find(hasAll)
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
