import type { ResolvedOptions } from '../options/streams-options'
import type { Hub } from '../reading/hub'
import { isTerminal } from '../store/status'
import type { StreamHead } from '../store/stream-store'
import type { Run } from './run'

/** Within this time after the run's last write, notifications are taken for echoes of that write, in milliseconds. */
const quietMs = 1_000

/**
 * Detects stops, claims and deletions by other processes. The results of the run's own writes show them too, but a
 * thinking producer writes nothing. Returns a function that ends it.
 */
export function watchRun(run: Run, hub: Hub, { store, environment }: ResolvedOptions): () => void {
  let isPolling = false

  return hub.subscribe(run.id, {
    isRun: true,
    // The quiet time below does not apply: a poll reports each change only once.
    onHead,
    wake() {
      if (isPolling || run.state.type !== 'producing' || environment.now() - run.storedAt < quietMs) return
      isPolling = true
      // Not through the hub: it would wake this again, without end. After a failure the next heartbeat finds the
      // change.
      store
        .heads([run.id])
        .then(([head]) => onHead(head))
        .catch(() => undefined)
        .finally(() => {
          isPolling = false
        })
    },
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
