import {
  createStreamClient,
  type Snapshot,
  type SnapshotFetcher,
  type SnapshotTail,
  type TextStream,
} from '@keepstream/core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { SourceError } from '../../src/errors'
import { createConnectionSlots, type Slot } from '../../src/session/connection-slots'
import { fakeTail } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { check, patienceMs } from '../support/property'
import { setup, shown } from '../support/setup'

useFakeTime()

/** The connections that are open, by the id of their stream. */
const openIds = (opened: readonly { request: { id: string; signal: AbortSignal } }[]) =>
  opened.filter(({ request }) => !request.signal.aborted).map(({ request }) => request.id)

const RTT_MS = 30

/** Counts the listeners that one signal has at the same time. Returns the most that any signal had. */
function countListeners() {
  const counts = new Map<unknown, number>()
  let most = 0
  const { addEventListener: add, removeEventListener: remove } = AbortSignal.prototype
  vi.spyOn(AbortSignal.prototype, 'addEventListener').mockImplementation(function (this: AbortSignal, ...args) {
    counts.set(this, (counts.get(this) ?? 0) + 1)
    most = Math.max(most, counts.get(this) as number)
    add.apply(this, args as never)
  })
  vi.spyOn(AbortSignal.prototype, 'removeEventListener').mockImplementation(function (this: AbortSignal, ...args) {
    counts.set(this, (counts.get(this) ?? 0) - 1)
    remove.apply(this, args as never)
  })
  return () => most
}

interface Connection {
  readonly id: string
  readonly isShortRead: boolean
  readonly openedMs: number
  closedMs?: number
}

/** A page that follows streams over four connections at most. Each response needs `RTT_MS`. */
function manyFollowers(count: number, { canRead = true, maxLive = 4 } = {}) {
  const ids = Array.from({ length: count }, (_, index) => String(index))
  /** When each character of a text was written. */
  const written = new Map<string, number[]>(ids.map((id) => [id, []]))
  const pushes = new Set<() => void>()
  const connections: Connection[] = []
  const open = () => connections.filter(({ closedMs }) => closedMs === undefined)
  let mostTails = 0
  let mostReads = 0

  const connect = (id: string, isShortRead: boolean) => {
    const connection: Connection = { id, isShortRead, openedMs: Date.now() }
    connections.push(connection)
    const reads = open().filter((one) => one.isShortRead).length
    mostReads = Math.max(mostReads, reads)
    mostTails = Math.max(mostTails, open().length - reads)
    return () => {
      connection.closedMs ??= Date.now()
    }
  }
  const respond = (id: string, offset: number): Snapshot => {
    const { length } = written.get(id) as number[]
    return { offset, text: 'x'.repeat(length - offset), status: length ? 'streaming' : 'pending' }
  }
  const read: SnapshotFetcher = ({ id, offset, signal }) =>
    new Promise((resolve) => {
      const close = connect(id, true)
      signal.addEventListener('abort', close)
      setTimeout(() => {
        close()
        resolve(respond(id, offset))
      }, RTT_MS)
    })
  const tail: SnapshotTail = {
    open: (request, { next }) =>
      new Promise(() => {
        const { id, signal } = request
        let { offset } = request
        const push = () => {
          const snapshot = respond(id, offset)
          offset += snapshot.text.length
          next(snapshot)
        }
        const close = connect(id, false)
        const timer = setTimeout(() => {
          pushes.add(push)
          push()
        }, RTT_MS)
        signal.addEventListener('abort', () => {
          close()
          clearTimeout(timer)
          pushes.delete(push)
        })
      }),
    read: canRead ? read : undefined,
  }
  const client = createStreamClient({ snapshot: tail, maxLive })
  /** How long each character took to be shown. */
  const lags: number[] = []
  const streams = ids.map((id) => client.stream(id))
  const detaches: (() => void)[] = []
  for (const stream of streams) {
    let seen = 0
    stream.$state.listen(({ text }) => {
      for (; seen < text.length; seen++) lags.push(Date.now() - (written.get(stream.id as string)?.[seen] as number))
    })
    detaches.push(stream.attach())
  }
  return {
    streams,
    connections,
    lags,
    most: () => ({ tails: mostTails, shortReads: mostReads }),
    /** All texts grow for `ms`. */
    leave() {
      for (const detach of detaches) detach()
    },
    async write(ms: number) {
      for (const endMs = Date.now() + ms; Date.now() < endMs; ) {
        await pass(50)
        for (const times of written.values()) times.push(Date.now())
        for (const push of [...pushes]) push()
      }
    },
  }
}

describe('the connections of one client', () => {
  it.each([
    [4, 4],
    [5, 15],
    [6, 26],
    [8, 48],
    [12, 92],
  ])('are at most four for %i followers: %i requests in 8 s, and no text is later than 1.2 s', async (count, most) => {
    const page = manyFollowers(count)
    await page.write(8000)
    expect(page.connections.length).toBeLessThanOrEqual(most)
    expect(Math.max(...page.lags)).toBeLessThanOrEqual(1200)
    await pass(1200)
    expect(page.lags).toHaveLength(count * 160)
    expect(page.most()).toEqual({ tails: 4, shortReads: Math.min(1, count - 4) })
  })

  it('of six followers bring the first text of each within 1.2 s, after 20 s in which nothing came', async () => {
    const { write, lags, streams } = manyFollowers(6)
    await pass(20_000)
    await write(1200)
    expect(streams.map((stream) => shown(stream).text.length > 0)).toEqual(Array(6).fill(true))
    expect(Math.max(...lags)).toBeLessThanOrEqual(1200)
  })

  it.each([5, 8, 13])('of %i followers are kept for 10 s, and all have one in turn', async (count) => {
    const { write, connections } = manyFollowers(count)
    const turns = Math.ceil((count - 4) / 4) + 1
    await write((turns + 2) * 10_000)
    const tails = connections.filter(({ isShortRead }) => !isShortRead)
    for (const { openedMs, closedMs = Infinity } of tails) expect(closedMs - openedMs).toBeGreaterThanOrEqual(10_000)
    // In order, and again from the start.
    expect(tails.map(({ id }) => Number(id))).toEqual(tails.map((_, index) => index % count))
    expect(tails.length).toBeGreaterThan(count)
  })

  it('without short reads are handed over each second', async () => {
    const { write, connections, lags, most } = manyFollowers(8, { canRead: false })
    await write(8000)
    expect(connections.length).toBeLessThanOrEqual(9 * 4)
    expect(Math.max(...lags)).toBeLessThanOrEqual(1200)
    expect(most()).toEqual({ tails: 4, shortReads: 0 })
  })

  it('say that they are short reads while a follower waits', async () => {
    const { write, streams, connections } = manyFollowers(2, { maxLive: 1 })
    const states = () => streams.map((stream) => shown(stream).connection)
    await write(1000)
    expect(states()).toEqual(['live', 'polling'])
    await write(9500)
    expect(connections.filter(({ isShortRead }) => !isShortRead).map(({ id }) => id)).toEqual(['0', '1'])
    expect(states()).toEqual(['polling', 'live'])
  })

  it('leave no listener behind for each short read, however long a follower waits', async () => {
    const most = countListeners()
    const { write } = manyFollowers(12, { maxLive: 1 })
    await write(60_000)
    // Node warns of more than ten.
    expect(most()).toBeLessThanOrEqual(10)
  })

  it('are not `live` once another follower has their slot', async () => {
    const { client, tail } = setup({ maxLive: 1 })
    const [stream, other] = ['a', 'b'].map((id) => client.stream(id)) as [TextStream, TextStream]
    for (const one of [stream, other]) one.attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'Hello', status: 'streaming', upToDate: false })
    expect(shown(stream).connection).toBe('live')
    // It held more text, so it would be opened again at once.
    tail.last.close()
    await settle()
    expect(openIds(tail.opened)).toEqual(['b'])
    expect(shown(stream).connection).toBe('polling')
    tail.last.sink.next({ offset: 0, text: '', status: 'done' })
    await settle()
    expect(openIds(tail.opened)).toEqual(['a'])
    tail.last.sink.next({ offset: 5, text: '!', status: 'streaming' })
    expect(shown(stream)).toMatchObject({ text: 'Hello!', connection: 'live' })
  })

  it('leave no timer and no request when all readers have left', async () => {
    const { write, connections, leave } = manyFollowers(8)
    await write(15_000)
    leave()
    await pass(1000)
    expect(connections.filter(({ closedMs }) => closedMs === undefined)).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  describe('with one that waits', () => {
    /** The stream `a` has the only slot, and `b` waits. */
    async function waits(read: SnapshotFetcher) {
      const tail = fakeTail()
      const reads: { id: string; offset: number; atMs: number; signal: AbortSignal }[] = []
      const own = createStreamClient({
        maxLive: 1,
        snapshot: {
          open: tail.open,
          read: (request) => {
            reads.push({ ...request, atMs: Date.now() })
            return read(request)
          },
        },
      })
      const streams = ['a', 'b', 'c'].map((id) => own.stream(id))
      for (const stream of streams.slice(0, 2)) stream.attach()
      await settle()
      tail.last.sink.next({ offset: 0, text: 'first', status: 'streaming' })
      return { streams, tail, reads }
    }

    it('read all of a backlog at once', async () => {
      const text = 'a long text'
      const { streams, reads } = await waits(async ({ offset }) => {
        const upToDate = offset + 3 >= text.length
        return { offset, text: text.slice(offset, offset + 3), status: 'streaming', upToDate }
      })
      await pass(0)
      expect(streams.map((stream) => shown(stream).text)).toEqual(['first', text, ''])
      expect(reads.map(({ offset }) => offset)).toEqual([0, 3, 6, 9])
    })

    it('do not read again at once from a server that has more text but brings none', async () => {
      const { reads } = await waits(async ({ offset }) => ({ offset, text: '', status: 'streaming', upToDate: false }))
      await pass(5000)
      expect(reads.length).toBeLessThan(10)
    })

    it('wait for as long as the server asks after a refusal, and end when it refuses for good', async () => {
      let error = new SourceError('rate-limited', 'too many requests', { retryAfterMs: 5000 })
      const { reads, streams } = await waits(() => Promise.reject(error))
      await pass(4900)
      expect(reads).toHaveLength(1)
      error = new SourceError('forbidden', 'not yours')
      await pass(100)
      expect(shown(streams[1] as TextStream)).toMatchObject({ connection: 'failed', error })
    })

    it('pause after a refusal that asks for a wait which is no number', async () => {
      let reads = 0
      await waits(() => {
        // So that a hot loop ends.
        if (++reads > 100) return new Promise(() => {})
        return Promise.reject(new SourceError('rate-limited', 'too many requests', { retryAfterMs: Number.NaN }))
      })
      await pass(5000)
      expect(reads).toBeLessThan(10)
    })

    it('give up a short read without a response after 10 s, and then the next follower reads', async () => {
      const { streams, reads } = await waits(({ id }) =>
        id === 'b' ? new Promise<never>(() => {}) : Promise.resolve({ offset: 0, text: 'third', status: 'streaming' }),
      )
      streams[2]?.attach()
      // Now the turn of the first is over, so that `b` has the slot.
      await pass(9000)
      expect(reads.map(({ id }) => id)).toEqual(['b'])
      await pass(1000)
      expect(reads.map(({ id }) => id)).toEqual(['b', 'c'])
      expect(shown(streams[2] as TextStream).text).toBe('third')
      expect(reads[0]?.signal.aborted).toBe(true)
    })
  })

  it('are held for good while there are enough of them', async () => {
    const { client, tail } = setup({ maxLive: 4 })
    for (const id of ['a', 'b', 'c', 'd']) client.stream(id).attach()
    await settle()
    for (const { sink } of [...tail.opened]) sink.next({ offset: 0, text: 'ab', status: 'streaming' })
    await pass(600_000)
    expect(tail.opened).toHaveLength(4)
    expect(openIds(tail.opened)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('serve a follower that waits as soon as another one has finished, left or failed', async () => {
    const { client, tail } = setup({ maxLive: 1 })
    const streams = ['a', 'b', 'c', 'd'].map((id) => client.stream(id))
    const detaches = streams.map((stream: TextStream) => stream.attach())
    await settle()
    expect(openIds(tail.opened)).toEqual(['a'])
    tail.last.sink.next({ offset: 0, text: 'whole', status: 'done' })
    await settle()
    expect(openIds(tail.opened)).toEqual(['b'])
    detaches[1]?.()
    await pass(1000)
    expect(openIds(tail.opened)).toEqual(['c'])
    tail.last.fail(new Error('cut'))
    await settle()
    expect(openIds(tail.opened)).toEqual(['d'])
  })

  it('are always opened for drives, and leave one for followers', async () => {
    const { client, live, tail } = setup({ maxLive: 4 })
    for (const id of ['a', 'b', 'c', 'd', 'e']) client.stream(id).attach({ start: true })
    for (const id of ['f', 'g']) client.stream(id).attach()
    await settle()
    expect(openIds(live.opened)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(openIds(tail.opened)).toEqual(['f'])
    for (const { sink } of live.opened.slice(0, 4)) sink.end({ end: 0, status: 'done' })
    await settle()
    expect(openIds(tail.opened)).toEqual(['f', 'g'])
  })

  it('are made free for one that drives, as soon as a follower has what there was', async () => {
    const { client, live, tail } = setup({ maxLive: 2 })
    for (const id of ['a', 'b']) client.stream(id).attach()
    await settle()
    client.stream('c').attach({ start: true })
    await settle()
    expect(openIds(live.opened)).toEqual(['c'])
    expect(openIds(tail.opened)).toEqual(['a', 'b'])
    tail.opened[0]?.sink.next({ offset: 0, text: 'some', status: 'streaming' })
    await settle()
    expect(openIds(tail.opened)).toEqual(['b'])
    expect(shown(client.stream('a')).text).toBe('some')
  })

  it('are freed after a while if the server never responds and others wait', async () => {
    const { client, tail } = setup({ maxLive: 1 })
    for (const id of ['silent', 'b']) client.stream(id).attach()
    await pass(30_000)
    expect(openIds(tail.opened)).toEqual(['b'])
  })

  it('are held as long by one that has waited long', async () => {
    const { client, tail } = setup({ maxLive: 1 })
    for (const id of ['silent', 'b', 'c']) client.stream(id).attach()
    await pass(31_000)
    expect(openIds(tail.opened)).toEqual(['b'])
    await pass(20_000)
    expect(openIds(tail.opened)).toEqual(['b'])
    tail.last.sink.next({ offset: 0, text: 'in time', status: 'streaming' })
    await settle()
    expect(shown(client.stream('b')).text).toBe('in time')
    expect(openIds(tail.opened)).toEqual(['c'])
  })

  it('are not used by polls and subscriptions', async () => {
    const asked: string[] = []
    const { client } = setup({
      maxLive: 1,
      snapshot: async ({ id }) => {
        asked.push(id)
        return new Promise<never>(() => {})
      },
    })
    for (const id of ['a', 'b', 'c']) client.stream(id).attach()
    await settle()
    expect(asked).toEqual(['a', 'b', 'c'])
  })

  it('are refused to be none', () => {
    expect(() => setup({ maxLive: 0 })).toThrow('`maxLive` must be at least 1')
    expect(() =>
      createStreamClient({ snapshot: async () => ({ offset: 0, text: '', status: 'pending' }), maxLive: NaN }),
    ).toThrow()
  })
})

describe('connection slots', () => {
  const acts = ['follow', 'leave', 'caughtUp', 'turnOver', 'drive', 'park'] as const
  const act = fc.record({ do: fc.constantFrom(...acts), at: fc.nat(50) })

  it(
    'never open more than there is room for, are kept for a turn, and serve all that wait in order',
    () => {
      check(
        fc.property(fc.integer({ min: 1, max: 5 }), fc.array(act, { maxLength: 80, size: 'max' }), (max, acts) => {
          const slots = createConnectionSlots(() => max)
          const open = new Set<Slot>()
          const waiting: Slot[] = []
          const readers = new Map<Slot, () => void>()
          const drives: (() => void)[] = []
          let driven = 0
          const room = () => Math.max(1, max - driven)
          const served = new Set<Slot>()
          const follow = () => {
            const slot: Slot = {
              begin() {
                // The one that has waited longest is the first.
                expect(waiting.shift()).toBe(slot)
                open.add(slot)
                served.add(slot)
                expect(slot.isTurnOver).toBe(false)
                expect(open.size).toBeLessThanOrEqual(max)
              },
              end() {
                // Before its turn is over, only a drive makes it leave.
                expect(slot.isCaughtUp).toBe(true)
                if (!slot.isTurnOver) expect(open.size).toBeGreaterThan(room())
                expect(open.delete(slot)).toBe(true)
                readers.get(slot)?.()
                readers.delete(slot)
                // As a session does.
                follow()
              },
            }
            waiting.push(slot)
            const leave = slots.follow(slot)
            readers.set(slot, leave)
          }
          const leave = (slot: Slot) => {
            if (waiting.includes(slot)) waiting.splice(waiting.indexOf(slot), 1)
            open.delete(slot)
            const free = readers.get(slot)
            readers.delete(slot)
            free?.()
            free?.()
          }
          const park = () => {
            if (driven) driven--
            drives.pop()?.()
          }
          for (const { do: what, at } of acts) {
            const slot = [...readers.keys()][at % Math.max(1, readers.size)]
            if (what === 'follow') follow()
            else if (what === 'drive') {
              driven++
              drives.push(slots.drive())
            } else if (what === 'park') park()
            else if (slot && what === 'leave') leave(slot)
            else if (slot && what === 'turnOver') slots.turnOver(slot)
            else if (slot && what === 'caughtUp' && open.has(slot)) slots.caughtUp(slot)
            if (!waiting.length) continue
            // No follower waits while a slot is free, or while another has had its turn.
            expect(open.size).toBeGreaterThanOrEqual(room())
            const isOver = [...open].some((one) => one.isCaughtUp && one.isTurnOver)
            expect(isOver && waiting[0]?.isTurnOver).toBeFalsy()
            if (open.size > room()) expect([...open].some((one) => one.isCaughtUp)).toBe(false)
          }
          while (driven) park()
          const last = waiting.at(-1)
          for (let turn = 0; last && !served.has(last); turn++) {
            expect(turn).toBeLessThan(100)
            for (const one of [...readers.keys()]) {
              slots.turnOver(one)
              if (open.has(one)) slots.caughtUp(one)
            }
          }
        }),
        600,
      )
    },
    patienceMs(20_000),
  )

  it('use a limit that becomes known later as soon as a short read has ended', async () => {
    let max = 1
    const slots = createConnectionSlots(() => max)
    const open: string[] = []
    for (const id of ['a', 'b', 'c']) slots.follow({ begin: () => open.push(id), end() {} })
    expect(open).toEqual(['a'])
    await slots.readInTurn(async () => {
      max = 90
    })
    await settle()
    expect(open).toEqual(['a', 'b', 'c'])
  })
})
