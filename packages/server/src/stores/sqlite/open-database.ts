import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { StreamsError } from '../../errors'
import type { SqliteHandle } from './handle'

/** Opens a database file, and creates its folder, with the first driver that is there. */
export async function openDatabase(path: string, drivers = driversHere()): Promise<SqliteHandle> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const missing: unknown[] = []
  const refusals: unknown[] = []
  for (const driver of drivers) {
    let Database: SqliteConstructor
    try {
      Database = constructorOf(await import(/* @vite-ignore */ /* webpackIgnore: true */ driver.module), driver)
    } catch (error) {
      // Not installed, or not in this version of the runtime: the next one may be. All are told of if none is.
      missing.push(error)
      continue
    }
    try {
      return new Database(path)
    } catch (error) {
      // The file cannot be opened, or the driver lacks its native part, which the next one may have.
      refusals.push(error)
    }
  }
  const [refusal] = refusals
  if (refusal !== undefined) {
    const reason = refusal instanceof Error ? refusal.message : String(refusal)
    throw new StreamsError('store', `sqliteStore could not open "${path}": ${reason}`, { cause: refusal })
  }
  throw new StreamsError(
    'store',
    'sqliteStore({ path }) found no SQLite driver. Install one (npm install libsql, or ' +
      'better-sqlite3), run on Node 22.13 or later, which has its own, or pass an open one: sqliteStore({ database }).',
    { cause: new AggregateError(missing, 'What was tried') },
  )
}

type SqliteConstructor = new (path: string) => SqliteHandle

export interface SqliteDriver {
  readonly module: string
  /** The name that its constructor is exported by. */
  readonly name: string
}

// Named as data, so that no bundler tries to resolve drivers that are not there.
function driversHere(): readonly SqliteDriver[] {
  if ('bun' in process.versions) return [{ module: 'bun:sqlite', name: 'Database' }]
  return [
    { module: 'node:sqlite', name: 'DatabaseSync' },
    { module: 'better-sqlite3', name: 'default' },
    { module: 'libsql', name: 'default' },
  ]
}

function constructorOf(module: Record<string, unknown>, driver: SqliteDriver): SqliteConstructor {
  const found = module[driver.name]
  if (typeof found !== 'function') throw new Error(`${driver.module} has no ${driver.name}.`)
  return found as SqliteConstructor
}
