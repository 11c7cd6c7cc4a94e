import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SqliteHandle, sqliteStore } from '@keepstream/server/sqlite'
import type { StoreTarget } from '@keepstream/server/testkit'
import Database from 'libsql'
import { describe, it } from 'vitest'
import { kitCases } from './kit-cases'

describe('sqliteStore({ path })', { timeout: 60_000 }, () => {
  for (const { name, run } of kitCases({ create: () => target(pathStores()) })) it(name, run)
})

/** The installed drivers. Every runtime except the oldest Node has a built-in one. */
const runtimesOwn = await import(/* @vite-ignore */ ['node', 'sqlite'].join(':')).catch(() => undefined)
const drivers: Record<string, new (path: string) => SqliteHandle> = {
  libsql: Database,
  ...(runtimesOwn && { 'node:sqlite': runtimesOwn.DatabaseSync }),
}

describe.each(Object.entries(drivers))('sqliteStore({ database }) of %s', { timeout: 60_000 }, (_, Driver) => {
  for (const { name, run } of kitCases({ create: () => target(handleStores(Driver)) })) it(name, run)
})

/** A separate folder, with functions that open stores in it and dispose them. */
interface Stores {
  open(path: string, now: () => number): ReturnType<typeof sqliteStore>
  close(): void
  loseText?: NonNullable<StoreTarget['loseText']>
}

function pathStores(): Stores {
  return { open: (path, now) => sqliteStore({ path, now }), close() {} }
}

function handleStores(Driver: new (path: string) => SqliteHandle): Stores {
  const databases: SqliteHandle[] = []
  return {
    open(path, now) {
      const database = new Driver(path)
      databases.push(database)
      return sqliteStore({ database, now })
    },
    close() {
      for (const database of databases.splice(0)) database.close()
    },
    loseText(id, chunk) {
      const start = `SELECT ${chunk === 'first' ? 'min' : 'max'}(start) FROM keepstream_pieces WHERE stream_id = ?`
      databases[0]?.prepare(`DELETE FROM keepstream_pieces WHERE stream_id = ? AND start = (${start})`).run(id, id)
    },
  }
}

async function target(stores: Stores): Promise<StoreTarget> {
  const folder = mkdtempSync(join(tmpdir(), 'keepstream-'))
  const path = join(folder, 'streams.db')
  let now = 1_700_000_000_000
  const opened: ReturnType<typeof sqliteStore>[] = []
  const open = () => {
    const store = stores.open(path, () => now)
    opened.push(store)
    return store
  }
  const disposeAll = async () => {
    for (const store of opened.splice(0)) await store.dispose()
    stores.close()
  }
  return {
    store: open(),
    advance: (ms) => {
      now += ms
    },
    connect: async () => open(),
    reopen: async () => {
      await disposeAll()
      return open()
    },
    ...(stores.loseText && { loseText: stores.loseText }),
    async dispose() {
      await disposeAll()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
