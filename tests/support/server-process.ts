import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port'

export interface ServerProcess {
  readonly url: string
  readonly port: number
  /** Everything the server has printed. */
  output(): string
  /** `kill -9`: nothing is flushed, and no reader is notified. */
  kill(): Promise<void>
  /** SIGSTOP: the process freezes with its connections open, until `thaw`. */
  freeze(): void
  thaw(): void
  /** Sets its wall clock forward. Requires that `shift-clock.mjs` was preloaded. */
  setClock(): void
  /** Resolves once the server has printed `line` as a line. */
  printed(line: string): Promise<void>
  /** SIGTERM. Resolves with the exit code once the process has ended. */
  terminate(): Promise<number | null>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Starts a server as a separate process and waits until it responds.
 *
 * @param script the file to run, relative to the repository
 * @param env added to this process's own; `PORT` is set already
 * @param options.port the port to listen on, so that a restarted server keeps its address. @default a free one
 * @param options.cwd the folder it runs in. @default that of this process
 * @param options.readyPath the path to request until the response is 200. @default '/'
 */
export async function startServer(
  script: string,
  env: Record<string, string>,
  options: { port?: number; readyPath?: string; cwd?: string } = {},
): Promise<ServerProcess> {
  const port = options.port ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const path = fileURLToPath(new URL(`../../${script}`, import.meta.url))
  const child = spawn(process.execPath, [path], {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: options.cwd,
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const gone = once(child, 'exit').then(([code]) => {
    running.delete(child)
    return code as number | null
  })

  const isGone = () => child.exitCode !== null || child.signalCode !== null
  const deadline = Date.now() + 30_000
  while (!(await isReady(url + (options.readyPath ?? '/')))) {
    if (isGone()) throw new Error(`${script} ended before it was ready:\n${output}`)
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${script} was not ready within 30 s:\n${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }

  const end = async (signal: NodeJS.Signals) => {
    if (!isGone()) child.kill(signal)
    return gone
  }
  return {
    url,
    port,
    output: () => output,
    async kill() {
      await end('SIGKILL')
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    setClock: () => void child.kill('SIGUSR2'),
    async printed(line) {
      while (!output.includes(`${line}\n`)) {
        if (isGone()) throw new Error(`${script} ended before it printed "${line}":\n${output}`)
        await once(child.stdout, 'data')
      }
    },
    terminate: () => end('SIGTERM'),
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    await response.body?.cancel()
    return response.ok
  } catch {
    // Not listening yet. The caller tries again until its deadline.
    return false
  }
}
