import { createStreams, memoryStore } from '@keepstream/server'
import { playScenario } from './scenario.mjs'

/** Bundled into one script, since an edge runtime loads no modules. The test reads the global `outcome`. */
const store = memoryStore()
Object.assign(globalThis, {
  outcome: playScenario(createStreams, () => ({ ...store, dispose: async () => undefined })),
})
