import type { ResolvedOptions } from '../options/streams-options'
import type { Hub } from '../reading/hub'
import { isTerminal } from '../store/status'
import type { StreamHead } from '../store/stream-store'
import type { Run } from './run'

/** A run whose last slice is so recent takes hints for echoes of its own writes. */
const quietMs = 1_000

/**
 * Notices what other processes want of a run. Its own writes tell too, but a producer that thinks writes nothing. Returns
 * the undo.
 */
export function watchRun(run: Run, hub: Hub, { store, environment }: ResolvedOptions): () => void {
  let isLooking = false

  return hub.subscribe(run.id, {
    isRun: true,
    // Not subject to the quiet time below: a glance tells the same news only once.
    onHead,
    wake() {
      if (isLooking || run.state.type !== 'producing' || environment.now() - run.storedAt < quietMs) return
      isLooking = true
      // Not through the hub, whose wake this is: that would look for ever. A failure is no news; the next beat tells.
      store
        .heads([run.id])
        .then(([head]) => onHead(head))
        .catch(() => undefined)
        .finally(() => {
          isLooking = false
        })
    },
  })

  function onHead(head: StreamHead | undefined): void {
    // No head may also mean that the store reads from where its writes have not arrived: an act of the run's own tells.
    if (!head) {
      run.checkClaim()
      return
    }
    if (head.stopRequested) run.stop()
    if (head.epoch > run.epoch || (isTerminal(head.status) && run.state.type === 'producing')) run.fence()
  }
}
