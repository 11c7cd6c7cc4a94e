import type { Environment } from '../environment'

/** How long producers may block the event loop. */
const maxBlockMs = 10

/**
 * Returns a function that yields to the event loop at least every 10 ms, however fast producers append.
 *
 * All runs of a process share one: producers that alternate in microtasks would each stay below a separate limit, and
 * together block everything else.
 */
export function createEventLoopYield(environment: Environment): () => Promise<void> {
  let yieldedAt = environment.now()
  let yielding: Promise<void> | undefined

  return () => {
    if (yielding) return yielding
    if (environment.now() - yieldedAt < maxBlockMs) return Promise.resolve()
    yielding = new Promise((resolve) => {
      environment.setImmediate(() => {
        yielding = undefined
        yieldedAt = environment.now()
        resolve()
      })
    })
    return yielding
  }
}
