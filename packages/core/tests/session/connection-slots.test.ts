import { createStreamClient, type TextStream } from '@keepstream/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createConnectionSlots, type Slot } from '../../src/session/connection-slots'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { check, patienceMs } from '../support/property'
import { setup, shown } from '../support/setup'

useFakeTime()

/** The connections that are open, by the id of their stream. */
const openIds = (opened: readonly { request: { id: string; signal: AbortSignal } }[]) =>
  opened.filter(({ request }) => !request.signal.aborted).map(({ request }) => request.id)

/** Eight followers of eight streams, whose server accepts every connection at once. */
async function eightFollowers(text: (id: string) => string) {
  const page = setup()
  const { client, tail } = page
  const streams = Array.from({ length: 8 }, (_, index) => client.stream(String(index)))
  for (const stream of streams) stream.attach()
  let answered = 0
  let most = 0
  const answer = async () => {
    await settle()
    for (; answered < tail.opened.length; answered++) {
      most = Math.max(most, openIds(tail.opened).length)
      const { request, sink } = tail.opened[answered] as (typeof tail.opened)[number]
      sink.next({ offset: request.offset, text: text(request.id).slice(request.offset), status: 'streaming' })
      await settle()
    }
  }
  await answer()
  return { ...page, streams, answer, most: () => most }
}

describe('the connections of one client', () => {
  it('are at most four, and all of eight followers show what there is', async () => {
    const { streams, most } = await eightFollowers((id) => `text of ${id}`)
    expect(streams.map((stream) => shown(stream).text)).toEqual(streams.map(({ id }) => `text of ${id}`))
    expect(most()).toBe(4)
  })

  it('are passed on, so that each of eight followers gets new text again and again', async () => {
    let version = 1
    const { streams, answer, most, tail } = await eightFollowers((id) => `${id} `.repeat(version))
    for (version = 2; version < 6; version++) {
      for (let turn = 0; turn < 20; turn++) {
        await pass(100)
        await answer()
      }
      for (const stream of streams) expect(shown(stream).text).toBe(`${stream.id} `.repeat(version))
    }
    expect(most()).toBe(4)
    // A follower that waits for a slot connects no more often than a poll would.
    expect(tail.opened.length).toBeLessThan(8 * 4 * 20)
  })

  it('are held for good while there are enough of them', async () => {
    const { client, tail } = setup()
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
    const { client, live, tail } = setup()
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
  const act = fc.record({
    do: fc.constantFrom('follow' as const, 'leave' as const, 'caughtUp' as const, 'drive' as const, 'park' as const),
    at: fc.nat(50),
  })

  it(
    'never open more than there is room for, and serve all that wait in order',
    () => {
      check(
        fc.property(fc.integer({ min: 1, max: 5 }), fc.array(act, { maxLength: 60, size: 'max' }), (max, acts) => {
          const slots = createConnectionSlots(max)
          const open = new Set<object>()
          const waiting: object[] = []
          const readers: { slot: Slot; leave: () => void }[] = []
          const drives: (() => void)[] = []
          const follow = () => {
            const slot: Slot = {
              begin() {
                // First come, first served.
                expect(waiting.shift()).toBe(slot)
                open.add(slot)
                expect(open.size).toBeLessThanOrEqual(max)
              },
              end() {
                expect(open.delete(slot)).toBe(true)
              },
            }
            waiting.push(slot)
            readers.push({ slot, leave: slots.follow(slot) })
          }
          const leave = (index: number) => {
            const [reader] = readers.splice(index, 1)
            if (!reader) return
            if (waiting.includes(reader.slot)) waiting.splice(waiting.indexOf(reader.slot), 1)
            open.delete(reader.slot)
            reader.leave()
            reader.leave()
          }
          for (const { do: what, at } of acts) {
            const index = readers.length ? at % readers.length : 0
            const reader = readers[index]
            if (what === 'follow') follow()
            else if (what === 'leave') leave(index)
            else if (what === 'caughtUp' && reader && open.has(reader.slot)) slots.caughtUp(reader.slot)
            else if (what === 'drive') drives.push(slots.drive())
            else if (what === 'park') drives.pop()?.()
            // No follower waits while a slot is free, and none that is caught up keeps a slot while another waits.
            const room = Math.max(1, max - drives.length)
            if (waiting.length) {
              expect(open.size).toBeGreaterThanOrEqual(room)
              expect(readers.some(({ slot }) => open.has(slot) && slot.isCaughtUp)).toBe(false)
            }
          }
          while (drives.length) drives.pop()?.()
          for (let turn = 0; waiting.length; turn++) {
            expect(turn).toBeLessThan(200)
            for (const one of [...readers]) if (open.has(one.slot)) slots.caughtUp(one.slot)
          }
        }),
        600,
      )
    },
    patienceMs(20_000),
  )
})
