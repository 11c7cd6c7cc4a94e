import type { Environment } from '../environment'
import type { Heads, Watcher } from './heads'

/** Polls streams that lapsed when this process could not decide yet whether their producer is gone. */
export interface ExpiryRecheck {
  /**
   * Polls until the stream has ended, was renewed or is gone, but for at most four leases. Returns the time at which
   * this process began to poll it.
   */
  recheck(id: string): number
  /** Ends all polls. */
  close(): void
}

export function createExpiryRecheck(heads: Heads, leaseMs: number, environment: Environment): ExpiryRecheck {
  const watched = new Map<string, { readonly since: number; readonly leave: () => void }>()

  return {
    recheck(id) {
      const known = watched.get(id)
      if (known) return known.since
      const since = environment.now()
      const leave = () => {
        watched.delete(id)
        environment.clearTimeout(timer)
        heads.unwatch(id, watcher)
      }
      // The time limit: a store that never becomes healthy must not be polled for ever for a stream without readers.
      const timer = environment.setTimeout(leave, 4 * leaseMs)
      const watcher: Watcher = {
        onHead(head) {
          if (!head?.isLapsed) leave()
        },
      }
      heads.watch(id, watcher)
      watched.set(id, { since, leave })
      return since
    },
    close() {
      for (const { leave } of [...watched.values()]) leave()
    },
  }
}
