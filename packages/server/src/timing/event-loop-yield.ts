import type { Environment } from '../environment'

/** How long producers may keep the event loop to themselves. */
const turnMs = 10

/**
 * Lets the event loop turn at least every 10 ms, however fast producers append.
 *
 * One for all runs of a process: producers that take turns in microtasks would each stay below a limit of their own, and
 * together starve everything else.
 */
export function createEventLoopYield(environment: Environment): () => Promise<void> {
  let turnedAt = environment.now()
  let turning: Promise<void> | undefined

  return () => {
    if (turning) return turning
    if (environment.now() - turnedAt < turnMs) return Promise.resolve()
    turning = new Promise((resolve) => {
      environment.setImmediate(() => {
        turning = undefined
        turnedAt = environment.now()
        resolve()
      })
    })
    return turning
  }
}
