import { existsSync } from 'node:fs'
import { findChromium } from './chromium.mjs'
import { findMariadb } from './mariadb.mjs'
import { findPostgres } from './postgres.mjs'
import { findRedis } from './redis.mjs'
import { runCommand } from './run-command.mjs'

/** Programs that tests run and npm does not install. All are Debian packages. */
const debianPrograms = {
  chromium: { title: 'Chromium', debian: 'chromium', variable: 'CHROMIUM_PATH', find: findChromium },
  redis: { title: 'a Redis server', debian: 'redis-server', variable: 'REDIS_SERVER_PATH', find: findRedis },
  postgres: { title: 'a Postgres server', debian: 'postgresql', variable: 'POSTGRES_BIN', find: findPostgres },
  mariadb: { title: 'a MariaDB server', debian: 'mariadb-server', variable: 'MARIADB_BIN', find: findMariadb },
}

/**
 * Finds the programs that tests need. Installs those that are missing with apt-get where that needs no consent: as root on
 * Debian.
 *
 * @param {readonly import('./types').ProgramName[]} names
 * @returns {Promise<import('./types').Programs>}
 */
export async function ensurePrograms(names) {
  // A path that the user has set is never replaced by another program.
  const missing = names
    .map((name) => debianPrograms[name])
    .filter(({ find, variable }) => !find() && !process.env[variable])
  if (missing.length > 0 && canInstall()) await installPackages(missing)
  /** @type {import('./types').Programs} */
  const programs = { env: {}, missing: {} }
  for (const name of names) {
    const { title, debian, variable, find } = debianPrograms[name]
    const path = find()
    if (path) programs.env[variable] = path
    else if (process.env[variable]) {
      programs.missing[name] = { reason: `${variable} does not lead to ${title}`, cure: `correct it, or unset it` }
    } else {
      const cure = `install ${title} (Debian: apt-get install ${debian}) or set ${variable}`
      programs.missing[name] = { reason: `${title} was not found`, cure }
    }
  }
  return programs
}

function canInstall() {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0
}

/** @param {readonly { title: string, debian: string }[]} missing */
async function installPackages(missing) {
  console.log(`installing ${missing.map(({ title }) => title).join(', ')} with apt-get (one to three minutes) …`)
  // Run level 1 keeps packages from starting their services. Tests start servers of their own, on other ports.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const wait = ['-o', 'DPkg::Lock::Timeout=120']
  const update = await runCommand('apt-get', [...wait, 'update', '-qq'], { env, isSystem: true })
  const packages = missing.map(({ debian }) => debian)
  const args = [...wait, 'install', '-y', '-qq', '--no-install-recommends', ...packages]
  const install = await runCommand('apt-get', args, { env, isSystem: true })
  if (install.code !== 0) console.log(`apt-get failed:\n${update.output}\n${install.output}`)
}
