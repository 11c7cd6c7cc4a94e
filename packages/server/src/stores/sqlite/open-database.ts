import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SqliteHandle } from './handle'

/** Opens a database file, and creates its folder, with the first driver that is there. */
export async function openDatabase(path: string): Promise<SqliteHandle> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const failures: unknown[] = []
  for (const driver of 'bun' in process.versions ? bunDrivers : nodeDrivers) {
    let Database: SqliteConstructor
    try {
      Database = constructorOf(await import(/* @vite-ignore */ /* webpackIgnore: true */ driver.module), driver)
    } catch (error) {
      // Not installed, or not in this version of the runtime: the next one may be. All are told of if none is.
      failures.push(error)
      continue
    }
    try {
      return new Database(path)
    } catch (error) {
      // The file cannot be opened, and no other driver could. Anything else is a driver without its native part.
      if (isSqliteError(error)) throw error
      failures.push(error)
    }
  }
  throw new AggregateError(
    failures,
    '@keepstream/server: sqliteStore({ path }) found no SQLite driver. Install one (npm install libsql, or ' +
      'better-sqlite3), run on Node 22.13 or later, which has its own, or pass an open one: sqliteStore({ database }).',
  )
}

type SqliteConstructor = new (path: string) => SqliteHandle

interface Driver {
  readonly module: string
  /** The name that its constructor is exported by. */
  readonly name: string
}

// Kept as data, so that no bundler tries to resolve drivers that are not there.
const nodeDrivers: readonly Driver[] = [
  { module: 'node:sqlite', name: 'DatabaseSync' },
  { module: 'better-sqlite3', name: 'default' },
  { module: 'libsql', name: 'default' },
]
const bunDrivers: readonly Driver[] = [{ module: 'bun:sqlite', name: 'Database' }]

function constructorOf(module: Record<string, unknown>, driver: Driver): SqliteConstructor {
  const found = module[driver.name]
  if (typeof found !== 'function') throw new Error(`${driver.module} has no ${driver.name}.`)
  return found as SqliteConstructor
}

function isSqliteError(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.includes('SQLITE')
}
