import process from 'node:process'
import { createStreams, memoryStore } from '@keepstream/server'
import { playScenario } from './scenario.mjs'

/** What a runtime runs: `main.mjs`, or `main.mjs FILE` for a SQLite store in a file. It prints `ok: …` at the end. */
const path = process.argv[2]
console.log(`ok: ${await playScenario(createStreams, await storeOpener())}`)

async function storeOpener() {
  if (path === undefined) {
    const store = memoryStore()
    // One object for both servers; it outlives the first that closes.
    return () => ({ ...store, dispose: async () => undefined })
  }
  const { sqliteStore } = await import('@keepstream/server/sqlite')
  return () => sqliteStore({ path })
}
