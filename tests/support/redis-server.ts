import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedis } from '../runner/redis.mjs'

export interface RedisServer {
  /** `redis://127.0.0.1:PORT`; the same after a restart. */
  readonly url: string
  readonly port: number
  /** One inline command, such as `CONFIG SET maxmemory 2mb`, over a connection of its own; answers the raw reply. */
  command(line: string): Promise<string>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
  /** A polite end if it still runs, and a new start in the same folder and on the same port. */
  restart(): Promise<void>
  /** `kill -9`. What reached the append-only file stays for a `restart`. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open, and nothing answers. */
  pause(): void
  /** SIGCONT */
  resume(): void
}

export interface RedisServerOptions {
  /** A cluster of this one server, which holds all slots. @default false */
  readonly cluster?: boolean
  /** Keep an append-only file, so that a restart finds everything. Otherwise only what `SAVE` stored. @default false */
  readonly appendOnly?: boolean
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a Redis server of its own in a temporary folder, on a free port of 127.0.0.1, and waits until it answers. */
export async function startRedis({
  cluster = false,
  appendOnly = false,
}: RedisServerOptions = {}): Promise<RedisServer> {
  const program = findRedis()
  if (program === undefined) throw new Error('No redis-server was found. Install it, or set REDIS_SERVER_PATH.')
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-redis-'))
  const [port, busPort] = await freePorts()
  const settings: Record<string, string> = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: appendOnly ? 'yes' : 'no',
    ...(cluster
      ? { 'cluster-enabled': 'yes', 'cluster-port': String(busPort), 'cluster-announce-ip': '127.0.0.1' }
      : {}),
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const command = (line: string) => askInline(port, line)
  let child = await start()
  if (cluster) {
    await command('CLUSTER ADDSLOTSRANGE 0 16383')
    await isSo(async () => (await command('CLUSTER INFO')).includes('cluster_state:ok'), 'the cluster was not ready')
  }

  async function start(): Promise<ChildProcess> {
    const started = spawn(program ?? '', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(started)
    let output = ''
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-10_000)
      })
    }
    started.once('exit', () => running.delete(started))
    await isSo(async () => {
      if (isGone(started)) throw new Error(`redis-server ended before it was ready:\n${output}`)
      // While it loads its data it answers with an error.
      return (await command('PING')).startsWith('+PONG')
    }, 'redis-server was not ready')
    return started
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (isGone(child)) return
    const gone = once(child, 'exit')
    child.kill(signal)
    // One that is paused would never take the signal.
    child.kill('SIGCONT')
    await gone
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    command,
    async stop() {
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
    async restart() {
      await end('SIGTERM')
      child = await start()
      if (cluster) {
        await isSo(
          async () => (await command('CLUSTER INFO')).includes('cluster_state:ok'),
          'the cluster was not ready',
        )
      }
    },
    kill: () => end('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  }
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function isSo(check: () => Promise<boolean>, otherwise: string): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`${otherwise} within 30 s`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The first reply to one line; an empty string while nobody listens. */
function askInline(port: number, line: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(`${line}\r\n`))
    let reply = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      reply += text
      socket.end()
    })
    // Nobody listens yet, or the server went: the caller asks again.
    socket.on('error', () => resolve(''))
    socket.on('close', () => resolve(reply))
  })
}

/** Two at once, so that they differ. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const
  const ports = servers.map(async (server) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  })
  const [first = 0, second = 0] = await Promise.all(ports)
  for (const server of servers) await new Promise((resolve) => server.close(resolve))
  return [first, second]
}
