import { settle } from './fake-time'

type Listener = (error: unknown) => void

/** Declared here, since all of Node's types would let the sources use them too. */
declare const process: {
  listeners(event: 'uncaughtException'): Listener[]
  removeAllListeners(event: 'uncaughtException'): void
  on(event: 'uncaughtException', listener: Listener): void
}

/** Runs a function that reports errors to the host, and returns these errors instead of failing the test. */
export async function uncaughtIn(run: () => void | Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = []
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => errors.push(error))
  try {
    await run()
    await settle()
  } finally {
    process.removeAllListeners('uncaughtException')
    for (const listener of listeners) process.on('uncaughtException', listener)
  }
  return errors
}
