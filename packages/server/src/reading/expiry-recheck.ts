import type { Environment } from '../environment'
import type { Hub } from './hub'

/** Polls streams that lapsed when this process could not decide yet whether their producer is gone. */
export interface ExpiryRecheck {
  /**
   * Polls until the stream has ended, was renewed or is gone, but for at most four leases. Returns the time at which
   * this process began to poll it.
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
      // The time limit: a store that never becomes healthy must not be polled for ever for a stream without readers.
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
