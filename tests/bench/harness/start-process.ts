import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { CallMessage, Calls, ReplyMessage } from './calls'

export interface StartedProcess<Offered extends Calls> {
  /** Calls one of its functions and resolves with the result. Rejects if the function throws or the process ends. */
  call<Name extends keyof Offered & string>(
    name: Name,
    ...args: Parameters<Offered[Name]>
  ): Promise<Awaited<ReturnType<Offered[Name]>>>
  stop(): Promise<void>
}

/** The variable with the folder to which each process writes its profile. Without it, none does. */
export const profileFolder = 'BENCH_PROFILES'

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Starts a process of `tests/bench/processes` and waits until it answers calls. It can collect garbage on request.
 *
 * @param name of its file, without the extension
 * @param env added to this process's own
 */
export async function startProcess<Offered extends Calls>(
  name: string,
  env: Record<string, string> = {},
): Promise<StartedProcess<Offered>> {
  const path = fileURLToPath(new URL(`./processes/${name}.mjs`, import.meta.url))
  const profiles = process.env[profileFolder]
  const child = fork(path, {
    env: { ...process.env, ...env },
    execArgv: ['--expose-gc', ...(profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [])],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  running.add(child)
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-5_000)
  })
  const waiting = new Map<number, PromiseWithResolvers>()
  const ready = withResolvers()
  let calls = 0
  child.on('message', (message: ReplyMessage) => {
    if ('ready' in message) return ready.resolve(undefined)
    const call = waiting.get(message.call)
    waiting.delete(message.call)
    if ('error' in message) call?.reject(new Error(`${name}: ${message.error}`))
    else call?.resolve(message.result)
  })
  const gone = once(child, 'exit').then(([code]) => {
    running.delete(child)
    const error = new Error(`${name} ended with ${code}:\n${errors}`)
    for (const { reject } of [ready, ...waiting.values()]) reject(error)
  })
  await ready.promise
  return {
    call(call, ...args) {
      calls += 1
      const answer = withResolvers()
      waiting.set(calls, answer)
      child.send({ call: calls, name: call, args } satisfies CallMessage)
      return answer.promise as ReturnType<StartedProcess<Offered>['call']> as never
    },
    async stop() {
      // It ends by itself then, and writes its profile.
      if (child.connected) child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await gone
      clearTimeout(timer)
    },
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<unknown>
  resolve(value: unknown): void
  reject(error: Error): void
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers(): PromiseWithResolvers {
  let resolve: PromiseWithResolvers['resolve'] = () => undefined
  let reject: PromiseWithResolvers['reject'] = () => undefined
  const promise = new Promise<unknown>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // A process that ends after its last call has nobody to report that to.
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}
