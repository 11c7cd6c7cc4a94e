import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mariadbPrograms } from '../runner/mariadb.mjs'
import { freePort } from './free-port'

/** A real server with its own data, for one test file. Its user `root` has no password, and its database is `test`. */
export interface MariadbServer {
  readonly port: number
  /** Stops the server and removes its data. Idempotent. */
  stop(): Promise<void>
}

const living = new Map<ChildProcess, string>()
process.on('exit', endAll)
// A stopped test runner sends SIGTERM to its workers, and then 'exit' is not emitted.
process.on('SIGTERM', () => {
  endAll()
  process.exit(143)
})

function endAll(): void {
  for (const [server, folder] of living) {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  living.clear()
}

/**
 * Starts a MariaDB server in a temporary folder, on a free port of 127.0.0.1. If this process runs as root, the server runs
 * as the user `mysql`. Rejects if there is no MariaDB.
 */
export async function startMariadb(): Promise<MariadbServer> {
  const programs = mariadbPrograms()
  if (programs === undefined) throw new Error('no MariaDB server was found')
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-mariadb-'))
  const data = join(folder, 'data')
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(folder, idOfMysql('-u'), idOfMysql('-g'))
  const shared = ['--no-defaults', `--datadir=${data}`, `--tmpdir=${folder}`, ...(isRoot ? ['--user=mysql'] : [])]
  const port = await freePort()
  try {
    execFileSync(programs.install, [...shared, '--auth-root-authentication-method=normal'], { stdio: 'pipe' })
    const server = spawn(
      programs.server,
      [
        ...shared,
        ...[`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`, '--skip-name-resolve'],
        // A killed process loses nothing without it. Only a crash of the machine would.
        ...['--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=32M', '--performance-schema=off'],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    living.set(server, folder)
    await isReady(server)
    return {
      port,
      async stop() {
        if (!living.delete(server)) return
        server.kill('SIGKILL')
        if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function isReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    server.stderr?.on('data', (chunk) => {
      log += String(chunk)
      if (log.includes('ready for connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`MariaDB has ended:\n${log}`)))
  })
}

function idOfMysql(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'mysql'], { encoding: 'utf8' }))
}
