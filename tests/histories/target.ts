import type { StreamStore } from '@keepstream/server'
import type { StoreTarget } from '@keepstream/server/testkit'

/** The initial time of every target's clock. */
export const startOfTime = 1_700_000_000_000

/**
 * Stores on one set of data and one clock. `open` creates a store. `remove` deletes the data after all are disposed.
 */
export async function connectedTarget(
  open: (now: () => number) => StreamStore,
  remove: () => void | Promise<void> = () => undefined,
): Promise<StoreTarget> {
  let now = startOfTime
  const opened: StreamStore[] = []
  const connect = () => {
    const store = open(() => now)
    opened.push(store)
    return store
  }
  return {
    store: connect(),
    advance: (ms) => {
      now += ms
    },
    connect: async () => connect(),
    async dispose() {
      for (const store of opened) await store.dispose()
      await remove()
    },
  }
}
