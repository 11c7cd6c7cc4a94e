import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const needed = ['mariadbd', 'mariadb-install-db']

/**
 * The folders that hold `mariadbd` and `mariadb-install-db`: `MARIADB_BIN` alone if that is set, else those on the PATH and
 * Debian's, which keeps the server off the PATH of most users. `undefined` if one of the programs was not found.
 *
 * @returns {{ server: string, install: string } | undefined}
 */
export function mariadbPrograms() {
  const reported = process.env['MARIADB_BIN']
  const folders = reported
    ? reported.split(delimiter)
    : [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/sbin', '/usr/bin']
  const [server, install] = needed.map((name) => folders.map((folder) => join(folder, name)).find(existsSync))
  return server && install ? { server, install } : undefined
}

/**
 * The same as a list of folders, for `MARIADB_BIN`.
 *
 * @returns {string | undefined}
 */
export function findMariadb() {
  const programs = mariadbPrograms()
  return programs && [...new Set([join(programs.server, '..'), join(programs.install, '..')])].join(delimiter)
}
