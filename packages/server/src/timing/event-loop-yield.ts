import type { Environment } from '../environment'

/** How long producers may block the event loop. */
const maxBlockMs = 10

/** Resolves in the next turn of the event loop. `undefined`: no need to wait. */
export type EventLoopYield = () => Promise<void> | undefined

/**
 * Returns a function that yields to the event loop once it was called for 10 ms in one turn of it, however fast producers append.
 * A producer that waits between its appends never waits here.
 *
 * All runs of a process share one: producers that alternate in microtasks would each stay below a separate limit, and
 * together block everything else.
 */
export function createEventLoopYield(environment: Environment): EventLoopYield {
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
      return undefined
    }
    if (environment.now() - beganAt < maxBlockMs) return undefined
    nextTurn ??= new Promise((resolve) => {
      onNextTurn = resolve
    })
    return nextTurn
  }
}
