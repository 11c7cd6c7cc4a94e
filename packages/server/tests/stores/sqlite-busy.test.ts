import { join } from 'node:path'
import { sqliteStore } from '@keepstream/server/sqlite'
import Database from 'libsql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isBusy } from '../../src/stores/sqlite/busy'
import { temporaryFolder } from './temporary-folder'

describe('a locked SQLite file', () => {
  it('is waited for without stopping the event loop', async () => {
    const { path, lock, unlock } = lockedFile()
    const store = sqliteStore({ path })
    onTestFinished(() => store.dispose())
    await store.create('before', null)

    lock()
    let isSettled = false
    const creating = store.create('during', null).finally(() => {
      isSettled = true
    })
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(isSettled).toBe(false)
    unlock()
    expect(await creating).toBe('created')
  })

  it('is still read', async () => {
    const { path, lock, unlock } = lockedFile()
    const store = sqliteStore({ path })
    onTestFinished(() => store.dispose())
    await store.create('a', 'meta')
    lock()
    expect(await store.read('a', 0, 10)).toMatchObject({ meta: 'meta' })
    expect(await store.heads(['a'])).toHaveLength(1)
    unlock()
  })

  it('is given up after busyMs, with the cause, and the store goes on afterwards', async () => {
    const { path, lock, unlock } = lockedFile()
    const store = sqliteStore({ path, busyMs: 20 })
    onTestFinished(() => store.dispose())
    await store.create('a', null)
    lock()
    await expect(store.requestStop('a')).rejects.toMatchObject({
      message: expect.stringMatching(/@keepstream\/server: sqliteStore .* 20 ms.*busyMs/s),
      cause: { code: 'SQLITE_BUSY' },
    })
    unlock()
    expect(await store.requestStop('a')).toMatchObject({ status: 'stopped' })
  })

  it('rejects acts that were waiting when the store is disposed', async () => {
    const { path, lock, unlock } = lockedFile()
    const store = sqliteStore({ path })
    await store.create('a', null)
    lock()
    const stopping = store.requestStop('a')
    const rejected = expect(stopping).rejects.toThrow(/disposed/)
    await store.dispose()
    await rejected
    unlock()
  })

  it('is told by each driver in its own way', () => {
    const refusals = {
      'better-sqlite3': { code: 'SQLITE_BUSY', message: 'database is locked' },
      'better-sqlite3, extended': { code: 'SQLITE_BUSY_RECOVERY' },
      'node:sqlite': { code: 'ERR_SQLITE_ERROR', errcode: 5, errstr: 'database is locked' },
      'node:sqlite, extended': { code: 'ERR_SQLITE_ERROR', errcode: 261 },
      libsql: { code: 'SQLITE_BUSY', rawCode: 5 },
      'bun:sqlite': { code: 'SQLITE_BUSY', errno: 5 },
      'a table lock': { code: 'SQLITE_LOCKED', rawCode: 6 },
    }
    for (const [driver, error] of Object.entries(refusals)) expect(isBusy(error), driver).toBe(true)
    const others = [
      { code: 'SQLITE_FULL', rawCode: 13 },
      { code: 'ERR_SQLITE_ERROR', errcode: 1 },
      { code: 'SQLITE_CONSTRAINT_PRIMARYKEY', rawCode: 1555 },
      { code: 'ENOENT', errno: -2 },
      new Error('locked'),
      'SQLITE_BUSY',
      undefined,
      null,
    ]
    for (const error of others) expect(isBusy(error), JSON.stringify(error)).toBe(false)
  })
})

/** A file in which the test can hold the write lock, as another process would. */
function lockedFile(): { path: string; lock(): void; unlock(): void } {
  const path = join(temporaryFolder(), 'streams.db')
  const other = new Database(path)
  onTestFinished(() => void other.close())
  return {
    path,
    lock: () => void other.exec('BEGIN IMMEDIATE'),
    unlock: () => void other.exec('COMMIT'),
  }
}
