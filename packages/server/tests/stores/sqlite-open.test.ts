import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type SqliteHandle, type SqliteStoreOptions, sqliteStore } from '@keepstream/server/sqlite'
import Database from 'libsql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/stores/sqlite/open-database'
import { temporaryFolder } from './temporary-folder'

describe('opening SQLite', () => {
  it('creates the folder in the first act, not before', async () => {
    const folder = join(temporaryFolder(), 'a', 'b')
    const store = sqliteStore({ path: join(folder, 'streams.db') })
    expect(existsSync(folder)).toBe(false)
    await store.create('a', null)
    expect(readdirSync(folder)).toContain('streams.db')
    await store.dispose()
  })

  it('opens a database in memory', async () => {
    const store = sqliteStore({ path: ':memory:' })
    await store.create('a', 1)
    expect(await store.readMeta('a')).toBe(1)
    expect(await store.delete('a')).toBe(true)
    await store.dispose()
  })

  it('reports why a file cannot be opened, and tries again in the next act', async () => {
    const path = temporaryFolder()
    const store = sqliteStore({ path })
    for (const act of [() => store.heads([]), () => store.create('a', null)]) {
      await expect(act()).rejects.toMatchObject({
        message: expect.stringContaining(`@keepstream/server: sqliteStore could not open "${path}": `),
        cause: expect.any(Error),
      })
    }
    await store.dispose()
  })

  it('reports what to install if there is no driver, and what was tried', async () => {
    const drivers = [
      { module: 'keepstream-has-no-such-driver', name: 'default' },
      { module: 'node:path', name: 'DatabaseSync' },
    ]
    const opening = openDatabase(join(temporaryFolder(), 'streams.db'), drivers)
    await expect(opening).rejects.toMatchObject({
      message: expect.stringMatching(/npm install libsql.*Node 22.*sqliteStore\(\{ database \}\)/s),
      code: 'store',
      cause: { errors: [expect.any(Error), expect.objectContaining({ message: 'node:path has no DatabaseSync.' })] },
    })
  })

  it('refuses a schema that a newer version wrote, and does not change it', async () => {
    const database = handle()
    database.exec('CREATE TABLE keepstream_schema (version INTEGER NOT NULL) STRICT')
    database.exec('INSERT INTO keepstream_schema VALUES (99)')
    const store = sqliteStore({ database })
    await expect(store.create('a', null)).rejects.toThrow(/schema 99.*newer @keepstream\/server.*Update/s)
    expect(tables(database)).toEqual(['keepstream_schema'])
  })

  it('works next to the tables of an application and does not change its user_version', async () => {
    const database = handle()
    database.exec('PRAGMA user_version = 41')
    database.exec('CREATE TABLE chats (id TEXT)')
    const store = sqliteStore({ database })
    await store.create('a', null)
    expect(database.prepare('PRAGMA user_version').all()).toEqual([{ user_version: 41 }])
    expect(tables(database).filter((name) => !name.startsWith('keepstream_'))).toEqual(['chats'])
  })

  it('reads a handle that returns bigints', async () => {
    const database = new Database(join(temporaryFolder(), 'streams.db'))
    onTestFinished(() => void database.close())
    database.defaultSafeIntegers(true)
    const store = sqliteStore({ database })
    await store.create('a', null)
    await store.claim('a', { owner: 'o', leaseMs: 1_000, canTakeOver: false })
    await store.append('a', { epoch: 1, offset: 0, text: 'abc' })
    expect(await store.read('a', 1, 10)).toMatchObject({ start: 1, text: 'bc', head: { epoch: 1, offset: 3 } })
  })

  it('uses only the interface that all drivers share', async () => {
    const inner = handle()
    const shared: SqliteHandle = {
      exec: (sql) => inner.exec(sql),
      prepare(sql) {
        // better-sqlite3 treats numbered parameters as named ones, and only libsql accepts an array of them.
        expect(sql).not.toMatch(/\?\d|[:@$]\w/)
        const count = sql.split('?').length - 1
        const statement = inner.prepare(sql)
        const check = (parameters: unknown[]) => {
          expect(parameters).toHaveLength(count)
          for (const parameter of parameters) expect(['string', 'number']).toContain(typeof (parameter ?? ''))
        }
        return {
          run: (...parameters) => {
            check(parameters)
            return statement.run(...parameters)
          },
          all: (...parameters) => {
            check(parameters)
            return statement.all(...parameters)
          },
        }
      },
      close: () => inner.close(),
    }
    const store = sqliteStore({ database: shared })
    await store.create('a', null)
    await store.claim('a', { owner: 'o', leaseMs: 1_000, canTakeOver: false })
    await store.append('a', { epoch: 1, offset: 0, text: 'abc' })
    await store.beat('a', 1)
    expect(await store.read('a', 1, 1)).toMatchObject({ text: 'b' })
    await store.close('a', { epoch: 1, offset: 3, text: 'd', status: 'done' })
    expect(await store.heads(['a'])).toMatchObject([{ offset: 4 }])
    expect(await store.sweep({ olderThanMs: 0, limit: 1 })).toEqual(['a'])
    expect(await store.delete('a')).toBe(false)
    await store.dispose()
  })

  it('is exact through a driver that drops a leading byte order mark, as bun:sqlite does', async () => {
    const inner = handle()
    const dropping: SqliteHandle = {
      exec: (sql) => inner.exec(sql),
      prepare(sql) {
        const statement = inner.prepare(sql)
        const dropMark = (value: unknown) => (typeof value === 'string' ? value.replace(/^\ufeff/, '') : value)
        const read = (row: unknown) =>
          Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name, dropMark(value)]))
        return {
          run: (...parameters) => statement.run(...parameters),
          all: (...parameters) => statement.all(...parameters).map(read),
        }
      },
      close: () => inner.close(),
    }
    const store = sqliteStore({ database: dropping })
    await store.create('a', null)
    await store.claim('a', { owner: 'o', leaseMs: 1_000, canTakeOver: false })
    let whole = ''
    for (const text of ['\ufeff', 'a', '\ufeff\ufeffb', '\u0001', '\u0001\ufeff', '\ufeff\u0001']) {
      await store.append('a', { epoch: 1, offset: whole.length, text })
      whole += text
      expect((await store.read('a', 0, 100))?.text).toBe(whole)
    }
    for (let offset = 0; offset < whole.length; offset += 1) {
      expect((await store.read('a', offset, 1))?.text).toBe(whole[offset])
    }
  })

  it('sets the synchronous option, and without it keeps the setting of a handle', async () => {
    for (const [options, expected] of [
      [{}, 2],
      [{ synchronous: 'normal' }, 1],
      [{ synchronous: 'full' }, 2],
    ] as const) {
      const database = handle()
      database.exec('PRAGMA synchronous = FULL')
      await sqliteStore({ database, ...options }).create('a', null)
      expect(database.prepare('PRAGMA synchronous').all()).toEqual([{ synchronous: expected }])
    }
  })

  it('moves its log into the file when it is disposed, and does not close a given handle', async () => {
    const path = join(temporaryFolder(), 'streams.db')
    const own = sqliteStore({ path })
    await own.create('a', null)
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0)
    await own.dispose()
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0)

    const database = handle()
    const given = sqliteStore({ database })
    await given.create('a', null)
    await given.dispose()
    expect(database.prepare('SELECT id FROM keepstream_streams').all()).toEqual([{ id: 'a' }])
  })

  it('does not disturb a transaction of the application', async () => {
    const database = handle()
    const store = sqliteStore({ database })
    await store.create('a', null)
    database.exec('CREATE TABLE chats (id TEXT)')
    database.exec('BEGIN')
    database.exec("INSERT INTO chats VALUES ('kept')")
    await expect(store.create('b', null)).rejects.toThrow(/transaction/)
    database.exec('COMMIT')
    expect(database.prepare('SELECT id FROM chats').all()).toEqual([{ id: 'kept' }])
    expect(await store.create('b', null)).toBe('created')
  })

  it('refuses invalid options', () => {
    const wrong: [object, RegExp][] = [
      [{}, /either \{ path \}.*\{ database \}/],
      [{ path: '' }, /either \{ path \}/],
      [{ path: 'a.db', database: handle() }, /either \{ path \}/],
      [{ path: 'a.db', synchronous: 'off' }, /synchronous.*'normal' or 'full'/],
      [{ path: 'a.db', busyMs: Number.NaN }, /busyMs.*NaN/],
      [{ path: 'a.db', pendingMs: 0 }, /pendingMs.*0/],
      [{ file: 'a.db' }, /'sqliteStore[.]file' cannot be used.*path/],
    ]
    for (const [options, message] of wrong) expect(() => sqliteStore(options as SqliteStoreOptions)).toThrow(message)
  })
})

function handle(): SqliteHandle {
  const database = new Database(join(temporaryFolder(), 'streams.db'))
  onTestFinished(() => void database.close())
  return database
}

function tables(database: SqliteHandle): string[] {
  const rows = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all()
  return (rows as { name: string }[]).map(({ name }) => name)
}
