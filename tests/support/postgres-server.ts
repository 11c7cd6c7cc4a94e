import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPostgres } from '../runner/postgres.mjs'
import { freePort } from './free-port'

/** A real server with its own data, for one test file. */
export interface PostgresServer {
  /** A connection string. It stays the same after `restart` and `kill`. */
  readonly url: string
  /** Ends every session (`fast`) and starts again with all committed data. */
  restart(): Promise<void>
  /** `kill -9` of the server with all its sessions. `start` recovers it from its log. */
  kill(): Promise<void>
  /** Starts the server again after `kill`. */
  start(): Promise<void>
  /** SIGSTOP: connections stay open, and the server does not respond until `resume`. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Starts a hot standby on another port. This restarts the server, so call it before anything is connected. */
  standby(): Promise<PostgresServer & { promote(): Promise<void> }>
  /** Stops the server and removes its data. Idempotent. */
  stop(): Promise<void>
}

const living = new Set<{ folder: string; pid: number }>()
process.on('exit', endAll)
// A stopped test runner sends SIGTERM to its workers, and then 'exit' is not emitted.
process.on('SIGTERM', () => {
  endAll()
  process.exit(143)
})

function endAll(): void {
  for (const { folder, pid } of living) {
    for (const each of familyOf(pid)) signal(each, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  living.clear()
}

/**
 * Starts a Postgres server in a temporary folder, on a free port of 127.0.0.1. If this process runs as root, the server
 * runs as the user `postgres`, since it refuses to run as root. Rejects if there is no Postgres: see `ensurePostgres`
 * of the runner.
 *
 * @param settings added to the server's own, such as `{ max_connections: '20' }`
 */
export async function startPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  return startWith(
    (bin, data) =>
      runAsServer([
        join(bin, 'initdb'),
        ...[
          '-D',
          data,
          '-U',
          'keepstream',
          '-A',
          'trust',
          '-E',
          'UTF8',
          '--locale=C',
          '--no-sync',
          '--no-instructions',
        ],
      ]),
    settings,
  )
}

async function startWith(
  makeData: (bin: string, data: string) => Promise<void>,
  settings: Record<string, string>,
): Promise<PostgresServer & { promote(): Promise<void> }> {
  const bin = findPostgres()
  if (bin === undefined) throw new Error('no Postgres server was found; npm test -- postgres installs or explains it')
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-postgres-'))
  chmodSync(folder, 0o700)
  if (isRoot()) chownSync(folder, idOf('-u'), idOf('-g'))
  const data = join(folder, 'data')
  const port = await freePort()
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '60',
    shared_buffers: '16MB',
    // A killed process loses nothing without it. Only a crash of the machine would.
    fsync: 'off',
    ...settings,
  }
  const options = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`)
  const state = { folder, pid: 0 }
  living.add(state)

  async function control(...args: string[]): Promise<void> {
    await runAsServer([join(bin ?? '', 'pg_ctl'), '-D', data, '-s', '-w', '-l', join(folder, 'log'), ...args])
  }

  async function start(): Promise<void> {
    await control('-o', options.join(' '), 'start')
    state.pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0])
  }

  async function stop(): Promise<void> {
    if (!living.delete(state)) return
    for (const pid of familyOf(state.pid)) signal(pid, 'SIGCONT')
    if (isAlive(state.pid)) await control('-m', 'immediate', 'stop')
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    await makeData(bin, data)
    await start()
  } catch (error) {
    const log = await readFile(join(folder, 'log'), 'utf8').catch(() => '')
    await stop()
    throw new Error(`the Postgres server could not be started:\n${log}`, { cause: error })
  }

  return {
    url: `postgres://keepstream@127.0.0.1:${port}/postgres`,
    start,
    stop,
    promote: () => control('promote'),
    async standby() {
      await control('-m', 'fast', 'stop')
      const primary = `primary_conninfo = 'host=127.0.0.1 port=${port} user=keepstream'`
      return startWith(async (_bin, copy) => {
        const make = `cp -R ${data} ${copy} && touch ${copy}/standby.signal`
        await runAsServer(['/bin/sh', '-c', `${make} && echo "${primary}" >> ${copy}/postgresql.auto.conf`])
        await start()
      }, settings)
    },
    async restart() {
      await control('-m', 'fast', 'stop')
      await start()
    },
    async kill() {
      const pids = familyOf(state.pid)
      for (const pid of pids) signal(pid, 'SIGKILL')
      // A dead process stays in the process table if its parent does not wait for it. So this loop has a limit.
      for (let turn = 0; turn < 500 && pids.some(isAlive); turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    async pause() {
      for (const pid of familyOf(state.pid)) signal(pid, 'SIGSTOP')
    },
    async resume() {
      for (const pid of familyOf(state.pid)) signal(pid, 'SIGCONT')
    },
  }
}

/** Runs a program of the server to its end, as a user that the server accepts. */
function runAsServer(command: readonly string[]): Promise<void> {
  const quoted = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
  const [program, args] = isRoot() ? ['su', ['postgres', '-s', '/bin/sh', '-c', quoted]] : ['/bin/sh', ['-c', quoted]]
  return new Promise((resolve, reject) => {
    // The server must not inherit our pipes, because it would keep them open forever.
    const child = spawn(program as string, args as string[], { cwd: '/', stdio: ['ignore', 'ignore', 'ignore'] })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${command.join(' ')} ended with ${code}`))
    })
  })
}

/** The server and its child processes. The server comes first, since it would replace children that are killed. */
function familyOf(pid: number): number[] {
  if (pid === 0 || !isAlive(pid)) return []
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number))
  return [pid, ...pairs.flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []))]
}

function isAlive(pid: number): boolean {
  try {
    return pid !== 0 && process.kill(pid, 0)
  } catch {
    // No such process.
    return false
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended in the meantime.
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function idOf(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
}
