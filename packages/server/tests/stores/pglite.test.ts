import { PGlite } from '@electric-sql/pglite'
import { type PostgresClientOptions, postgresStore } from '@keepstream/server/postgres'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../tests/support/until'
import { createStreams } from '../../src'
import type { StreamStore } from '../../src/store/stream-store'
import { parseEvents, request, textOf } from '../support/rig'
import { kitCases } from './kit-cases'
import { schemaTarget } from './schema-target'

// One for all cases, because it takes seconds to start. All stores share its one connection.
let database: PGlite
beforeAll(async () => {
  database = await PGlite.create()
}, 60_000)
afterAll(() => database.close())

describe('postgresStore({ client }) on PGlite', { timeout: 60_000 }, () => {
  const create = () =>
    schemaTarget(
      'kit',
      () => ({ client: database }),
      (statement) => database.exec(statement),
    )
  for (const { name, run } of kitCases({ create, runs: 5 })) it(name, run)

  it.each(['\u0000', 'a\u0000b', '\ud83d', 'half \udc00 of a pair'])(
    'refuses %j as content before it reaches the database, and keeps the text before it',
    async (text) => {
      const store = openStore()
      const id = `refused ${JSON.stringify(text)}`
      await store.create(id, null)
      await store.claim(id, { owner: 'o', leaseMs: 60_000, canTakeOver: false })
      await store.append(id, { epoch: 1, offset: 0, text: 'kept' })
      const refused = { code: 'content-refused', message: expect.stringContaining('postgresStore') }
      await expect(store.append(id, { epoch: 1, offset: 4, text })).rejects.toMatchObject(refused)
      await expect(store.close(id, { epoch: 1, offset: 4, text, status: 'done' })).rejects.toMatchObject(refused)
      expect(await store.read(id, 0, 10)).toMatchObject({ head: { status: 'streaming', offset: 4 }, text: 'kept' })
    },
  )

  it('never mistakes an id that it cannot store for another id', async () => {
    const store = openStore()
    await store.create('\ufffd', 'whole')
    for (const id of ['\ud800', '\u0000', '\ufffd\u0000']) {
      await expect(store.create(id, null)).rejects.toMatchObject({ code: 'invalid-option' })
      expect(await store.read(id, 0, 1)).toBeUndefined()
      expect(await store.heads([id])).toEqual([])
      expect(await store.delete(id)).toBe(false)
      expect(await store.append(id, { epoch: 1, offset: 0, text: 'x' })).toEqual({ type: 'gone' })
    }
    expect(await store.readMeta('\ufffd')).toBe('whole')
  })

  it('stores a meta with any characters', async () => {
    const store = openStore()
    const meta = { text: 'nul \u0000, half \ud800, \ufeff, 😀' }
    await store.create('meta', meta)
    expect(await store.readMeta('meta')).toEqual(meta)
  })

  it('stores a text that is longer than a row in rows of whole characters', async () => {
    const store = openStore()
    const whole = `a${'😀'.repeat(50_000)}`
    await store.create('long', null)
    await store.claim('long', { owner: 'o', leaseMs: 60_000, canTakeOver: false })
    expect(await store.append('long', { epoch: 1, offset: 0, text: whole })).toMatchObject({ offset: whole.length })
    for (const [offset, max] of [
      [0, whole.length],
      [16_383, 3],
      [50_000, 40_001],
    ] as const) {
      expect((await store.read('long', offset, max))?.text).toBe(whole.slice(offset, offset + max))
    }
  })

  it('creates its tables again after they were dropped', async () => {
    const store = openStore({ schema: 'dropped' })
    await store.create('a', null)
    await database.exec('DROP SCHEMA dropped CASCADE')
    await expect(store.create('b', null)).rejects.toMatchObject({ code: '42P01' })
    expect(await store.create('b', null)).toBe('created')
  })

  it.each([0, 1, 2])('refuses to read a text if row %i was lost', async (row) => {
    const store = openStore({ schema: 'holes' })
    const id = `holes ${row}`
    await store.create(id, null)
    await store.claim(id, { owner: 'o', leaseMs: 60_000, canTakeOver: false })
    for (const [offset, text] of ['first ', 'middle ', 'last, and longer than what is lost'].entries()) {
      await store.append(id, { epoch: 1, offset: [0, 6, 13][offset] ?? 0, text })
    }
    expect((await store.read(id, 0, 20))?.text).toBe('first middle last, a')
    await database.query(
      `DELETE FROM holes.keepstream_pieces WHERE start = $1 AND stream_key =
       (SELECT key FROM holes.keepstream_streams WHERE id = $2)`,
      [[0, 6, 13][row], id],
    )
    await expect(store.read(id, 0, 20)).rejects.toMatchObject({ code: 'corrupt' })
    await expect(store.read(id, [0, 6, 13][row] ?? 0, 1)).rejects.toMatchObject({ code: 'corrupt' })
  })

  it.each([
    ['the first row', 'start = 0'],
    ['a row in the middle', 'start = 5'],
    ['the last row', 'start = 10'],
    ['all rows', 'true'],
  ])('never ends a stream as done if its text has lost %s, and ends it as error', async (name, rows) => {
    const schema = 'lost'
    const store = openStore({ schema })
    const texts = ['ab\u00e9😀', '\u6f22\r\n\ufeff.', 'plain']
    for (const id of ['lost', 'whole'].map((kind) => `${kind} ${name}`)) {
      await store.create(id, null)
      await store.claim(id, { owner: 'o', leaseMs: 60_000, canTakeOver: false })
      for (const [index, text] of texts.entries()) await store.append(id, { epoch: 1, offset: index * 5, text })
    }
    await database.exec(`DELETE FROM ${schema}.keepstream_pieces WHERE ${rows} AND stream_key =
      (SELECT key FROM ${schema}.keepstream_streams WHERE id = 'lost ${name}')`)
    const close = { epoch: 1, offset: 15, text: '!' } as const
    expect(await store.close(`whole ${name}`, { ...close, status: 'done' })).toMatchObject({ type: 'ok' })
    const corrupt = { code: 'corrupt', message: expect.stringContaining('postgresStore') }
    for (const text of ['!', '']) {
      await expect(store.close(`lost ${name}`, { ...close, text, status: 'done' })).rejects.toMatchObject(corrupt)
    }
    const end = { epoch: 1, offset: 15, text: '', status: 'error', error: 'corrupt' } as const
    expect(await store.close(`lost ${name}`, end)).toMatchObject({ type: 'ok', offset: 15 })
  })

  it('leaves nothing of a deleted stream in any table', async () => {
    const store = openStore({ schema: 'deleted' })
    await store.create('a', { chat: 'meta' })
    await store.claim('a', { owner: 'o', leaseMs: 60_000, canTakeOver: false })
    await store.append('a', { epoch: 1, offset: 0, text: 'text' })
    await store.delete('a')
    for (const table of ['streams', 'pieces', 'metas']) {
      expect((await database.query(`SELECT * FROM deleted.keepstream_${table}`)).rows).toEqual([])
    }
  })

  it('notifies from one store to another, also in a schema with capitals', async () => {
    for (const options of [{}, { schema: 'Capital' }]) {
      const [here, there] = [openStore(options), openStore(options)]
      const received = new Set<string>()
      onTestFinished(there.watch((id) => received.add(id)))
      let count = 0
      // The first changes may come before it listens.
      await until(async () => {
        await here.create(`notified ${options.schema} ${++count}`, null)
        return received.size > 0
      })
    }
  })

  it('S5 over Postgres, two processes produce once and show one text', async () => {
    const open = () => createStreams({ store: openStore({ schema: 'two' }), drainMs: 0 })
    const processes = [open(), open()] as const
    const [here, there] = processes
    onTestFinished(async () => {
      await Promise.all(processes.map((streams) => streams.close()))
    })
    const id = await here.createStream({ meta: { owner: 'ada' } })
    const words = Array.from({ length: 50 }, (_, index) => `Word ${index} 😀.\r\n`)
    let calls = 0
    async function* producer() {
      calls++
      for (const word of words) {
        yield word
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    const sse = () => request('/', { headers: { Accept: 'text/event-stream' } })
    const raws = Array.from({ length: 6 }, (_, index) => processes[index % 2 ? 0 : 1].stream(request(), id, producer))
    const events = Array.from({ length: 6 }, (_, index) => processes[index % 2 ? 0 : 1].read(sse(), id))
    const whole = words.join('')
    for (const response of await Promise.all(raws)) expect(await response.text()).toBe(whole)
    for (const response of await Promise.all(events)) {
      expect(textOf(parseEvents(await response.text()).events)).toBe(whole)
    }
    expect(calls).toBe(1)
    expect(await there.getStreamBody(id)).toMatchObject({ text: whole, status: 'done' })
  })

  function openStore(options: Partial<PostgresClientOptions> = {}): StreamStore {
    const store = postgresStore({ client: database, ...options })
    onTestFinished(() => store.dispose())
    return store
  }
})
