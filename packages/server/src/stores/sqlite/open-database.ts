import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { StreamServerError } from '../../errors'
import type { SqliteHandle } from './handle'

/** Opens a database file with the first driver that is installed, and creates its folder. */
export async function openDatabase(path: string, drivers = installableDrivers()): Promise<SqliteHandle> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const missing: unknown[] = []
  const refusals: unknown[] = []
  for (const driver of drivers) {
    let Database: SqliteConstructor
    try {
      Database = constructorOf(await import(/* @vite-ignore */ /* webpackIgnore: true */ driver.module), driver)
    } catch (error) {
      // It is not installed, or not part of this version of the runtime. If no driver is found, the error lists all.
      missing.push(error)
      continue
    }
    try {
      return new Database(path)
    } catch (error) {
      // The file cannot be opened, or this driver lacks its native part and the next driver may have it.
      refusals.push(error)
    }
  }
  const [refusal] = refusals
  if (refusal !== undefined) {
    const reason = refusal instanceof Error ? refusal.message : String(refusal)
    throw new StreamServerError('store', `sqliteStore could not open "${path}": ${reason}`, { cause: refusal })
  }
  throw new StreamServerError(
    'store',
    'sqliteStore({ path }) found no SQLite driver. Install one (npm install libsql, or ' +
      'better-sqlite3), run on Node 22.13 or later, which has one, or pass an open handle: sqliteStore({ database }).',
    { cause: new AggregateError(missing, 'The drivers that were tried') },
  )
}

type SqliteConstructor = new (path: string) => SqliteHandle

export interface SqliteDriver {
  readonly module: string
  /** The export name of its constructor. */
  readonly name: string
}

// The names are data, so that no bundler tries to resolve drivers that are not installed.
function installableDrivers(): readonly SqliteDriver[] {
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
