import { memoryStore } from '@keepstream/server/memory'
import type { StoreTarget } from '@keepstream/server/testkit'
import type { StreamStore } from '../../src/store/stream-store'

/** A memory store on a clock that only the test moves. `wrap` may add a flaw. */
export async function fixedTarget(wrap: (store: StreamStore) => StreamStore = (store) => store): Promise<StoreTarget> {
  let now = 1_700_000_000_000
  const store = wrap(memoryStore({ now: () => now }))
  return {
    store,
    advance: (ms) => {
      now += ms
    },
    dispose: () => store.dispose(),
  }
}
