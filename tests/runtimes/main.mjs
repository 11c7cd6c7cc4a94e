import process from 'node:process'
import { createStreams, memoryStore } from '@keepstream/server'
import { playScenario } from './scenario.mjs'

/**
 * The script that each runtime runs: `main.mjs`, or `main.mjs FILE` for a SQLite store. It prints `ok: …` at the end.
 */
const path = process.argv[2]
console.log(`ok: ${await playScenario(createStreams, await storeOpener())}`)

async function storeOpener() {
  if (path === undefined) {
    const store = memoryStore()
    // Both servers share one store. It stays open when the first server closes.
    return () => ({ ...store, dispose: async () => undefined })
  }
  const { sqliteStore } = await import('@keepstream/server/sqlite')
  return () => sqliteStore({ path })
}
