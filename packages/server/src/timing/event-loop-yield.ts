import type { Environment } from '../environment'

/** How long producers may block the event loop. */
const maxBlockMs = 10

/** Called at each append. Resolves in the next turn of the event loop. `undefined`: the producer need not wait. */
export type EventLoopYield = () => Promise<void> | undefined

/**
 * Makes producers wait for the next turn of the event loop when they have appended for 10 ms within one turn. A producer that waits
 * for its model between two appends is never made to wait.
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
