import type { Environment } from './environment'
import type { Hub } from './hub'

/** Looks at lapsed streams again, for those who found them when this process could not judge yet. */
export interface LapseWatch {
  /** Keeps looking until the stream has ended, was renewed or is gone; for four leases at the most. */
  watch(id: string): void
}

export function createLapseWatch(hub: Hub, leaseMs: number, environment: Environment): LapseWatch {
  const watched = new Set<string>()

  return {
    watch(id) {
      if (watched.has(id)) return
      watched.add(id)
      const leave = () => {
        watched.delete(id)
        environment.clearTimeout(timer)
        unsubscribe()
      }
      // A store that never answers well enough must not be asked for ever on behalf of nobody.
      const timer = environment.setTimeout(leave, 4 * leaseMs)
      const unsubscribe = hub.subscribe(id, {
        wake: () => undefined,
        glanced: (head) => head?.isLapsed || leave(),
        shutDown: leave,
      })
    },
  }
}
