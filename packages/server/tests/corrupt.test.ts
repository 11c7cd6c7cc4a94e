import Database from 'libsql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { memoryStore, type StoredRange, type StreamStore } from '../src'
import { sqliteStore } from '../src/stores/sqlite'
import { settled } from './support/clock'
import { proveStoreHealth } from './support/prove-store-health'
import { collect, createHand, createRig, request } from './support/rig'

const sse = () => request('/', { headers: { Accept: 'text/event-stream' } })
const json = () => request('/', { headers: { Accept: 'application/json' } })

/** The results that a faulty store returns instead of a range, each under the rule that it breaks. */
const faults: Record<string, (range: StoredRange) => unknown> = {
  'is short of what it acknowledged': (range) => ({ ...range, text: '' }),
  'stops inside a surrogate pair and so makes no progress': (range) => ({ ...range, text: '\ud83d' }),
  'ends inside a surrogate pair': (range) => ({ ...range, text: `${range.text.slice(0, -1)}\ud83d` }),
  'starts elsewhere': (range) => ({ ...range, start: range.start + 1 }),
  'is longer than what it acknowledged': (range) => ({ ...range, text: `${range.text}more` }),
  'is not a string': (range) => ({ ...range, text: [range.text] }),
  'has no head': ({ start, text }) => ({ start, text }),
  'has the head of another stream': (range) => ({ ...range, head: { ...range.head, id: 'another' } }),
  'has an unknown status': (range) => ({ ...range, head: { ...range.head, status: ['done'] } }),
  'has a broken offset': (range) => ({ ...range, head: { ...range.head, offset: 1.5 } }),
  'has a negative epoch': (range) => ({ ...range, head: { ...range.head, epoch: -1 } }),
  'has a base beyond its end': (range) => ({ ...range, head: { ...range.head, base: range.head.offset + 1 } }),
  'has a finish reason that does not fit into a header': (range) => ({
    ...range,
    head: { ...range.head, finishReason: 'a\nb' },
  }),
}

async function finished(faulty: (range: StoredRange) => unknown) {
  const real = memoryStore()
  let isFaulty = false
  const store: StreamStore = {
    ...real,
    async read(id, offset, max) {
      const range = await real.read(id, offset, max)
      return isFaulty && range && id === streamId && max > 0 ? (faulty(range) as StoredRange) : range
    },
  }
  const rig = createRig({ store })
  const streamId = await rig.streams.createStream()
  await (await rig.streams.stream(request(), streamId, async ({ append }) => append('Whole. '.repeat(3)))).text()
  const other = await rig.streams.createStream()
  await (await rig.streams.stream(request(), other, async ({ append }) => append('Another.'))).text()
  isFaulty = true
  return { ...rig, id: streamId, other }
}

describe('S19 a store whose read', () => {
  it.each(Object.entries(faults))('%s: every reader gets `corrupt` and no text', async (_, faulty) => {
    const { streams, id, other, errors } = await finished(faulty)
    await expect(streams.getStreamBody(id)).rejects.toMatchObject({ code: 'corrupt' })
    for (const requestOf of [json, sse, request]) {
      const response = await streams.read(requestOf(), id)
      expect(response.status).toBe(500)
      expect(await response.json()).toMatchObject({ code: 'corrupt' })
    }
    const drive = await streams.stream(request(), id, () => undefined)
    expect(drive.status).toBe(500)
    expect(errors.length).toBeGreaterThan(0)
    for (const { error, context } of errors) {
      expect(error).toMatchObject({ code: 'corrupt' })
      expect(context).toEqual({ id, source: 'store' })
    }
    expect(await streams.getStreamBody(other)).toMatchObject({ text: 'Another.', status: 'done' })
  })

  it('becomes wrong during a response: the response fails, and the read is not repeated', async () => {
    const { store, clock, streams } = createRig()
    let reads = 0
    let isFaulty = false
    const faulty = createRig({
      clock,
      store: {
        ...store,
        async read(id, offset, max) {
          reads++
          const range = await store.read(id, offset, max)
          return range && isFaulty ? { ...range, text: '' } : range
        },
      },
    })
    const id = await streams.createStream()
    const hand = createHand()
    await streams.stream(request(), id, hand.producer)
    await hand.append('First. ')
    await clock.advance(1_000)
    const follower = collect(await faulty.streams.read(sse(), id))
    const driver = collect(await faulty.streams.stream(request(), id, () => undefined))
    await settled()
    isFaulty = true
    await hand.append('Second. ')
    await clock.advance(1_000)
    expect(follower.error).toMatchObject({ code: 'corrupt' })
    expect(driver.error).toMatchObject({ code: 'corrupt' })
    expect(follower.text).not.toContain('event: end')
    const before = reads
    await clock.advance(10_000)
    expect(reads).toBe(before)
  })
})

/** A store on an open connection, with which the test deletes rows. */
function openSqlite(now = Date.now) {
  const database = new Database(':memory:')
  const store = sqliteStore({ database, now })
  onTestFinished(async () => {
    await store.dispose()
    database.close()
  })
  return { database, store }
}

/** Stores eight rows of 7,000 code units, so that there is a first, a middle and a last one. */
async function storeRows(store: StreamStore): Promise<string> {
  await store.create('rows', null)
  await store.claim('rows', { owner: 'o', leaseMs: 1_000_000, canTakeOver: false })
  for (let row = 0; row < 8; row++) {
    await store.append('rows', { epoch: 1, offset: row * 7_000, text: String(row).repeat(7_000) })
  }
  return 'rows'
}

describe('S19 rows that were lost from a SQLite file', () => {
  it.each([0, 3, 7])('are detected by a read: row %i', async (row) => {
    const { database, store } = openSqlite()
    const id = await storeRows(store)
    expect((await store.read(id, 0, 100_000))?.text).toHaveLength(56_000)
    database.prepare('DELETE FROM keepstream_pieces WHERE start = ?').run([row * 7_000])
    await expect(store.read(id, 0, 100_000)).rejects.toMatchObject({ code: 'corrupt' })
    await expect(store.read(id, row * 7_000 + 10, 10)).rejects.toMatchObject({ code: 'corrupt' })
  })

  it('are not overwritten: the run ends as `error`, and keeps the text that is whole', async () => {
    const { database, store } = openSqlite()
    const { streams, clock, errors } = createRig({ store, keepsStore: true })
    const id = await streams.createStream()
    const hand = createHand()
    const driver = collect(await streams.stream(sse(), id, hand.producer))
    await hand.append('First. ')
    await clock.advance(1_000)
    database.exec('DELETE FROM keepstream_pieces')
    await hand.append('Second. ')
    await clock.advance(1_000)
    hand.finish()
    await clock.advance(1_000)
    expect(driver.text).toContain('"status":"error"')
    expect(driver.text).toContain('"error":"corrupt"')
    expect(driver.text).not.toContain('"status":"done"')
    expect(errors[0]).toMatchObject({ error: { code: 'corrupt' }, context: { id, source: 'store' } })
    expect((await store.heads([id]))[0]).toMatchObject({ status: 'error', error: 'corrupt' })
  })

  it('prevent `done`, even if nothing is left to store', async () => {
    const { database, store } = openSqlite()
    await store.create('a', null)
    await store.claim('a', { owner: 'o', leaseMs: 1_000_000, canTakeOver: false })
    await store.append('a', { epoch: 1, offset: 0, text: 'Whole.' })
    database.exec('DELETE FROM keepstream_pieces')
    const end = { epoch: 1, offset: 6, text: '' }
    await expect(store.close('a', { ...end, status: 'done' })).rejects.toMatchObject({ code: 'corrupt' })
    expect(await store.close('a', { ...end, status: 'error', error: 'corrupt' })).toMatchObject({ type: 'ok' })
  })

  it('prevent a resume of the stream', async () => {
    let now = 1_000_000
    const { database, store } = openSqlite(() => now)
    const rig = createRig({ store, keepsStore: true })
    const { streams } = rig
    const id = await streams.createStream()
    await store.claim(id, { owner: 'o', leaseMs: 1, canTakeOver: false })
    await store.append(id, { epoch: 1, offset: 0, text: 'Lost.' })
    database.exec('DELETE FROM keepstream_pieces')
    now += 1_000_000
    await proveStoreHealth(rig)
    const hand = createHand()
    const response = await streams.stream(request(), id, hand.producer, { canResume: true })
    expect(response.status).toBe(500)
    expect(hand.calls).toEqual([])
    expect((await store.heads([id]))[0]).toMatchObject({ status: 'error', error: 'corrupt' })
  })
})
