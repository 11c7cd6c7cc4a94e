import type { StreamStore } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import type { StoreTarget } from '@keepstream/server/testkit'
import { startOfTime } from './target'

/** `wrap` may put a flaw into the store, which is all that there is of the data. */
export async function memoryTarget(wrap: (store: StreamStore) => StreamStore = (store) => store): Promise<StoreTarget> {
  let now = startOfTime
  const store = wrap(memoryStore({ now: () => now }))
  return {
    store,
    advance: (ms) => {
      now += ms
    },
    dispose: () => store.dispose(),
  }
}
