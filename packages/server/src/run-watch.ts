import type { Hub } from './hub'
import type { ResolvedOptions } from './options'
import type { Run } from './run'
import type { StreamHead } from './store'
import { isTerminal } from './types'

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
    glanced: heed,
    wake() {
      if (isLooking || run.state.type !== 'producing' || environment.now() - run.storedAt < quietMs) return
      isLooking = true
      // Not through the hub, whose wake this is: that would look for ever. A failure is no news; the next beat tells.
      store
        .heads([run.id])
        .then(
          ([head]) => heed(head),
          () => undefined,
        )
        .finally(() => {
          isLooking = false
        })
    },
  })

  function heed(head: StreamHead | undefined): void {
    if (head?.stopRequested) run.stop()
    if (!head || head.epoch > run.epoch || (isTerminal(head.status) && run.state.type === 'producing')) run.fence()
  }
}
