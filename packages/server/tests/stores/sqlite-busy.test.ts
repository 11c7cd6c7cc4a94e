import { join } from 'node:path'
import { sqliteStore } from '@keepstream/server/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isBusy } from '../../src/stores/sqlite/busy'
import { otherProcess } from './other-process'
import { temporaryFolder } from './temporary-folder'

describe('a locked SQLite file', () => {
  it('is waited for without blocking the event loop', async () => {
    const { path, lock, unlock } = await lockedFile()
    const store = sqliteStore({ path })
    onTestFinished(() => store.dispose())
    await store.create('before', null)

    await lock()
    let isSettled = false
    const creating = store.create('during', null).finally(() => {
      isSettled = true
    })
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(isSettled).toBe(false)
    await unlock()
    expect(await creating).toBe('created')
  })

  it('can still be read', async () => {
    const { path, lock, unlock } = await lockedFile()
    const store = sqliteStore({ path })
    onTestFinished(() => store.dispose())
    await store.create('a', 'meta')
    await lock()
    expect(await store.readMeta('a')).toBe('meta')
    expect(await store.heads(['a'])).toHaveLength(1)
    await unlock()
  })

  it('makes the act reject after busyMs, with the cause, and the store works afterwards', async () => {
    const { path, lock, unlock } = await lockedFile()
    const store = sqliteStore({ path, busyMs: 20 })
    onTestFinished(() => store.dispose())
    await store.create('a', null)
    await lock()
    const refusal = await store.requestStop('a').catch((error: Error) => error)
    expect(refusal).toMatchObject({
      message: expect.stringMatching(/@keepstream\/server: sqliteStore .* 20 ms.*busyMs/s),
    })
    expect(isBusy((refusal as Error).cause), 'the cause').toBe(true)
    await unlock()
    expect(await store.requestStop('a')).toMatchObject({ status: 'stopped' })
  })

  it('rejects acts that were waiting when the store is disposed', async () => {
    const { path, lock, unlock } = await lockedFile()
    const store = sqliteStore({ path })
    await store.create('a', null)
    await lock()
    const stopping = store.requestStop('a')
    const rejected = expect(stopping).rejects.toThrow(/disposed/)
    await store.dispose()
    await rejected
    await unlock()
  })

  it('is recognised with each driver', () => {
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

/** A file whose write lock another process can hold. */
async function lockedFile(): Promise<{ path: string; lock(): Promise<void>; unlock(): Promise<void> }> {
  const path = join(temporaryFolder(), 'streams.db')
  const { exec } = await otherProcess(path)
  return { path, lock: () => exec('BEGIN IMMEDIATE'), unlock: () => exec('COMMIT') }
}
