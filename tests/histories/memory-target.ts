import type { StreamStore } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import type { StoreTarget } from '@keepstream/server/testkit'
import { startOfTime } from '../../packages/server/tests/stores/connected-target'

/** @param wrap may add a flaw to the store; all processes share this one store */
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
