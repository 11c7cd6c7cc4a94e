import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedis } from '../runner/redis.mjs'

export interface RedisServer {
  /** `redis://127.0.0.1:PORT`. It stays the same after a restart. */
  readonly url: string
  readonly port: number
  /** Sends one inline command, such as `CONFIG SET maxmemory 2mb`, over a new connection. Returns the raw reply. */
  command(line: string): Promise<string>
  /** Stops the server and removes its folder. */
  stop(): Promise<void>
  /** SIGTERM if it still runs, then a new start in the same folder and on the same port. */
  restart(): Promise<void>
  /** `kill -9`. Data in the append-only file is there again after `restart`. */
  kill(): Promise<void>
  /** SIGSTOP: connections stay open, and the server does not respond. */
  pause(): void
  /** SIGCONT */
  resume(): void
}

export interface RedisServerOptions {
  /** A cluster of only this server, which has all slots. @default false */
  readonly cluster?: boolean
  /**
   * Keeps an append-only file, so that a restart loses nothing. Otherwise only data of `SAVE` survives.
   *
   * @default false
   */
  readonly appendOnly?: boolean
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a Redis server in a temporary folder, on a free port of 127.0.0.1, and waits until it responds. */
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
  const command = (line: string) => sendInline(port, line)
  let child = await start()
  if (cluster) {
    await command('CLUSTER ADDSLOTSRANGE 0 16383')
    await waitFor(async () => (await command('CLUSTER INFO')).includes('cluster_state:ok'), 'the cluster was not ready')
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
    await waitFor(async () => {
      if (isGone(started)) throw new Error(`redis-server ended before it was ready:\n${output}`)
      // While it loads its data it responds with an error.
      return (await command('PING')).startsWith('+PONG')
    }, 'redis-server was not ready')
    return started
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (isGone(child)) return
    const gone = once(child, 'exit')
    child.kill(signal)
    // A paused process would never receive the signal.
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
        await waitFor(
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

async function waitFor(check: () => Promise<boolean>, otherwise: string): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`${otherwise} within 30 s`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The first reply to one line. An empty string if the server is not listening. */
function sendInline(port: number, line: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(`${line}\r\n`))
    let reply = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      reply += text
      socket.end()
    })
    // The server is not listening yet, or it has ended. The caller tries again.
    socket.on('error', () => resolve(''))
    socket.on('close', () => resolve(reply))
  })
}

/** Reserves two ports at the same time, so that they differ. */
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
