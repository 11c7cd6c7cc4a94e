import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StreamStore } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { sqliteStore } from '@keepstream/server/sqlite'
import type { StoreTarget } from '@keepstream/server/testkit'

/** Where the clock of every target begins. */
export const startOfTime = 1_700_000_000_000

/** `wrap` may put a flaw into every store. */
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

export async function sqliteTarget(): Promise<StoreTarget> {
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-'))
  let now = startOfTime
  const opened: StreamStore[] = []
  const open = () => {
    const store = sqliteStore({ path: join(folder, 'streams.db'), now: () => now })
    opened.push(store)
    return store
  }
  return {
    store: open(),
    advance: (ms) => {
      now += ms
    },
    connect: async () => open(),
    async dispose() {
      for (const store of opened) await store.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface Engine {
  readonly name: string
  readonly create: () => Promise<StoreTarget>
  /** See `HistoryRules`. */
  readonly slackMs?: number
  /** How many histories of either kind it goes through. */
  readonly count: number
}

export const engines: readonly Engine[] = [
  { name: 'memory', create: () => memoryTarget(), count: 300 },
  { name: 'SQLite', create: sqliteTarget, count: 1_000 },
]
