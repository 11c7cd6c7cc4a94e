import type { Heads } from '../heads/heads'
import type { ResolvedOptions } from '../options/create-streams-options'
import { isTerminal } from '../store/status'
import type { StreamHead } from '../store/stream-store'
import type { Run } from './run'

/** Within this time after the run's last write, notifications are taken for echoes of that write, in milliseconds. */
const quietMs = 1_000

/**
 * Detects stops, claims and deletions by other processes. The results of the run's own writes show them too, but a
 * thinking producer writes nothing. Returns a function that ends it.
 */
export function watchRun(run: Run, heads: Heads, { environment }: ResolvedOptions): () => void {
  return heads.watchForRun(run.id, onHead, () => {
    if (run.state.type === 'producing' && environment.now() - run.storedAt >= quietMs) heads.pollNow(run.id)
  })

  function onHead(head: StreamHead | undefined): void {
    // A missing head may be a read from a replica that lags behind. Only a write of this run shows whether the stream
    // is gone.
    if (!head) {
      run.checkClaim()
      return
    }
    if (head.stopRequested) run.stop()
    if (head.epoch > run.epoch || (isTerminal(head.status) && run.state.type === 'producing')) run.fence()
  }
}
