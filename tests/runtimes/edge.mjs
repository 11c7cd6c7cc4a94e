import { createStreams, memoryStore } from '@keepstream/server'
import { playScenario } from './scenario.mjs'

/** Bundled into one script, since an edge runtime has no modules to load: its outcome is what the script leaves behind. */
const store = memoryStore()
Object.assign(globalThis, {
  outcome: playScenario(createStreams, () => ({ ...store, dispose: async () => undefined })),
})
