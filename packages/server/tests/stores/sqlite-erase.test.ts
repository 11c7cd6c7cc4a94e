import { join } from 'node:path'
import { sqliteStore } from '@keepstream/server/sqlite'
import Database from 'libsql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isLongRun } from '../../../../tests/support/is-long-run'
import type { StreamStore } from '../../src/store/stream-store'
import { createRandom } from '../../src/testkit/random'
import { otherProcess } from './other-process'
import { isInFiles } from './sqlite-file'
import { temporaryFolder } from './temporary-folder'

/** `npm run test:long` lets more streams grow between the deletes. */
const size = isLongRun ? { streams: 30, appends: 100 } : { streams: 8, appends: 40 }

describe('deleting from SQLite', { timeout: 180_000 }, () => {
  it('leaves no byte of the text in the file or its log, nor of any text beside it', async () => {
    const path = join(temporaryFolder(), 'streams.db')
    const store = opened(path)
    const neighbour = opened(path)
    const marks = Array.from({ length: 24 }, (_, i) => `mark-${String(i).padStart(3, '0')}-`)
    // The texts grow alternately, in sizes that split and merge pages, so that old copies of rows could be left.
    for (const mark of marks) await start(store, mark)
    for (const [round, length] of [20, 300, 5_000, 40, 20_000].entries()) {
      for (const mark of marks) await appendTo(round % 2 === 0 ? store : neighbour, mark, length)
    }
    for (const mark of marks) expect(isInFiles(path, mark.repeat(2))).toBe(true)

    const [kept, ...doomed] = marks
    for (const mark of doomed) {
      expect(await store.delete(mark)).toBe(true)
      expect(isInFiles(path, mark.repeat(2)), `${mark} after its delete`).toBe(false)
    }
    expect(doomed.filter((mark) => isInFiles(path, mark.repeat(2)))).toEqual([])
    expect((await neighbour.read(kept ?? '', 0, 20))?.text).toHaveLength(20)
  })

  it.each([512, 4_096, 65_536])(
    'leaves no fragment of texts and metas that grew side by side, with pages of %i bytes',
    async (pageSize) => {
      const seed = Number(process.env['KEEPSTREAM_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
      const random = createRandom(seed)
      const path = join(temporaryFolder(), 'streams.db')
      const database = new Database(path)
      onTestFinished(() => void database.close())
      database.exec(`PRAGMA page_size = ${pageSize}`)
      const store = sqliteStore({ database })
      const ids = Array.from({ length: size.streams }, (_, i) => `stream-${i}`)
      // No mark is part of an id: ids may be left in unused parts of pages.
      const markOf = (id: string) => `<${id.slice(7).padStart(2, '0')}>`
      for (const id of ids) await start(store, id, { chat: markOf(id).repeat(random.below(400)) })
      let living = ids
      const remains: string[] = []
      while (living.length > 0) {
        for (let slice = 0; slice < size.appends; slice += 1) {
          const id = living[random.below(living.length)] ?? ''
          const length = random.pick([12, 120, 400, 1_200, 4_000]) + random.below(400)
          await appendTo(store, id, length, markOf(id))
        }
        const doomed = living[random.below(living.length)] ?? ''
        living = living.filter((id) => id !== doomed)
        await store.delete(doomed)
        if (isInFiles(path, markOf(doomed))) remains.push(doomed)
      }
      expect(remains, `run it again with KEEPSTREAM_SEED=${seed}`).toEqual([])
    },
  )

  it('erases what a sweep deletes', async () => {
    const path = join(temporaryFolder(), 'streams.db')
    const store = opened(path)
    await start(store, 'swept-text-')
    await appendTo(store, 'swept-text-', 2_000)
    await store.close('swept-text-', { epoch: 1, offset: 2_000, text: '', status: 'done' })
    expect(await store.sweep({ olderThanMs: 0, limit: 10 })).toEqual(['swept-text-'])
    expect(isInFiles(path, 'swept-text-'.repeat(2))).toBe(false)
  })

  it('rejects while another connection uses the log, and finishes when it is called again', async () => {
    const path = join(temporaryFolder(), 'streams.db')
    const store = opened(path, { busyMs: 30 })
    await start(store, 'held-text-')
    await appendTo(store, 'held-text-', 2_000)
    const reader = await otherProcess(path)
    await reader.exec('BEGIN')
    await reader.exec('SELECT count(*) AS n FROM keepstream_pieces')

    await expect(store.delete('held-text-')).rejects.toMatchObject({
      message: expect.stringContaining('busyMs'),
      cause: { message: expect.stringContaining('log') },
    })
    expect(await store.heads(['held-text-'])).toEqual([])
    expect(isInFiles(path, 'held-text-'.repeat(2))).toBe(true)

    await reader.exec('COMMIT')
    expect(await store.delete('held-text-')).toBe(true)
    expect(isInFiles(path, 'held-text-'.repeat(2))).toBe(false)
    expect(await store.delete('held-text-')).toBe(false)
  })
})

function opened(path: string, options: { busyMs?: number } = {}): StreamStore {
  const store = sqliteStore({ path, ...options })
  onTestFinished(() => store.dispose())
  return store
}

async function start(store: StreamStore, id: string, meta: unknown = null): Promise<void> {
  await store.create(id, meta)
  await store.claim(id, { owner: 'test', leaseMs: 60_000, canTakeOver: false })
}

async function appendTo(store: StreamStore, id: string, length: number, mark = id): Promise<void> {
  const offset = (await store.heads([id]))[0]?.offset ?? 0
  const text = mark.repeat(Math.ceil(length / mark.length)).slice(0, length)
  expect(await store.append(id, { epoch: 1, offset, text })).toMatchObject({ type: 'ok' })
}
