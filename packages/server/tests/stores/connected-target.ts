import type { StoreTarget } from '@keepstream/server/testkit'
import type { StreamStore } from '../../src/store/stream-store'

/** The initial time of every target's clock. */
export const startOfTime = 1_700_000_000_000

/**
 * Stores on one set of data, which survives them, and on one clock. `open` creates a store. `remove` deletes the data after
 * all are disposed.
 */
export async function connectedTarget(
  open: (now: () => number) => StreamStore,
  remove: () => unknown = () => undefined,
): Promise<StoreTarget> {
  let now = startOfTime
  const opened: StreamStore[] = []
  const connect = () => {
    const store = open(() => now)
    opened.push(store)
    return store
  }
  const disposeAll = async () => {
    for (const store of opened.splice(0)) await store.dispose()
  }
  return {
    store: connect(),
    advance: (ms) => {
      now += ms
    },
    connect: async () => connect(),
    async reopen() {
      await disposeAll()
      return connect()
    },
    async dispose() {
      await disposeAll()
      await remove()
    },
  }
}
