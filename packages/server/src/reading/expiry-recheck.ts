import type { Environment } from '../environment'
import type { Hub } from './hub'

/** Looks at lapsed streams again, for those who found them when this process could not judge yet. */
export interface ExpiryRecheck {
  /**
   * Keeps looking until the stream has ended, was renewed or is gone; for four leases at the most. Answers since when this
   * process has been looking.
   */
  recheck(id: string): number
}

export function createExpiryRecheck(hub: Hub, leaseMs: number, environment: Environment): ExpiryRecheck {
  const watched = new Map<string, number>()

  return {
    recheck(id) {
      const known = watched.get(id)
      if (known !== undefined) return known
      const since = environment.now()
      watched.set(id, since)
      const leave = () => {
        watched.delete(id)
        environment.clearTimeout(timer)
        unsubscribe()
      }
      // A store that never answers well enough must not be asked for ever on behalf of nobody.
      const timer = environment.setTimeout(leave, 4 * leaseMs)
      const unsubscribe = hub.subscribe(id, {
        wake: () => undefined,
        onHead: (head) => head?.isLapsed || leave(),
        shutDown: leave,
      })
      return since
    },
  }
}
