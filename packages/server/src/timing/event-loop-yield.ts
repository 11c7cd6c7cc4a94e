import type { Environment } from '../environment'

/** How long producers may block the event loop. */
const maxBlockMs = 10

const atOnce = Promise.resolve()

/**
 * Returns a function that yields to the event loop once it was called for 10 ms in one turn of it, however fast producers append.
 * A producer that waits between its appends never waits here.
 *
 * All runs of a process share one: producers that alternate in microtasks would each stay below a separate limit, and
 * together block everything else.
 */
export function createEventLoopYield(environment: Environment): () => Promise<void> {
  /** When the first call of this turn came. */
  let beganAt: number | undefined
  let nextTurn: Promise<void> | undefined
  let onNextTurn: () => void = () => undefined

  return () => {
    if (beganAt === undefined) {
      beganAt = environment.now()
      environment.setImmediate(() => {
        beganAt = undefined
        nextTurn = undefined
        onNextTurn()
      })
      return atOnce
    }
    if (environment.now() - beganAt < maxBlockMs) return atOnce
    nextTurn ??= new Promise((resolve) => {
      onNextTurn = resolve
    })
    return nextTurn
  }
}
