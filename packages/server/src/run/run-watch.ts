import type { Heads, Watcher } from '../heads/heads'
import type { ResolvedOptions } from '../options/create-streams-options'
import { isTerminal } from '../store/status'
import type { Run } from './run'

/** Within this time after the run's last write, notifications are taken for echoes of that write, in milliseconds. */
const quietMs = 1_000

/**
 * Detects stops, claims and deletions by other processes. The results of the run's own writes show them too, but a
 * thinking producer writes nothing. Returns a function that ends it.
 */
export function watchRun(run: Run, heads: Heads, { environment }: ResolvedOptions): () => void {
  const watcher: Watcher = {
    onHead(head) {
      // A missing head may be a read from a replica that lags behind. Only a write of this run shows whether the stream
      // is gone.
      if (!head) return run.checkClaim()
      if (head.stopRequested) run.stop()
      if (head.epoch > run.epoch || (isTerminal(head.status) && run.state.type === 'producing')) run.fence()
    },
    onChange() {
      if (run.state.type === 'producing' && environment.now() - run.storedAt >= quietMs) heads.pollNow(run.id)
    },
  }
  heads.watchForRun(run.id, watcher)
  return () => heads.unwatchForRun(run.id, watcher)
}
