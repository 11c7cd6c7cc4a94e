import { expectEqual } from '../expect'
import { startStream } from '../start-stream'
import type { CaseContext, CaseDefinition } from '../types'

const hour = 60 * 60_000

export const sweepCases: readonly CaseDefinition[] = [
  {
    key: 'sweep/terminal',
    name: 'terminal streams are deleted, with their text, and their ids returned',
    async run(context) {
      const { store } = context
      const done = await endedStream(context)
      const stopped = context.id()
      await store.create(stopped, null)
      await store.requestStop(stopped)
      const swept = await store.sweep({ olderThanMs: 0, limit: 10 })
      expectEqual([...swept].sort(), [done, stopped].sort(), 'ids')
      expectEqual(await store.heads([done, stopped]), [], 'heads')
      expectEqual(await store.sweep({ olderThanMs: 0, limit: 10 }), [], 'the next sweep')
    },
  },
  {
    key: 'sweep/living',
    name: 'pending and streaming streams that have not lapsed stay at any age',
    async run(context) {
      const { store, advance, leaseMs, pendingMs } = context
      const running = await startStream(context, 'abc')
      await advance(pendingMs * 3)
      await store.beat(running, 1)
      const pending = context.id()
      await store.create(pending, null)
      await advance(Math.min(pendingMs * 0.9, leaseMs * 1.8))
      expectEqual(await store.sweep({ olderThanMs: 0, limit: 10 }), [], 'ids')
      expectEqual((await store.heads([running, pending])).length, 2, 'heads')
    },
  },
  {
    key: 'sweep/lapsed',
    name: 'one sweep deletes lapsed streams that were not expired, with their text',
    async run(context) {
      const { store, advance, leaseMs, pendingMs } = context
      const pending = context.id()
      await store.create(pending, null)
      const dead = await startStream(context, 'abc')
      await advance(pendingMs * 1.1 + leaseMs * 3)
      expectEqual(await store.sweep({ olderThanMs: hour, limit: 10 }), [], 'a sweep of older streams')
      const swept = await store.sweep({ olderThanMs: 0, limit: 10 })
      expectEqual([...swept].sort(), [pending, dead].sort(), 'ids')
      expectEqual(await store.heads([pending, dead]), [], 'heads')
      const late = await store.append(dead, { epoch: 1, offset: 3, text: 'x' })
      expectEqual(late, { type: 'gone' }, 'the append of the owner that was away')
    },
  },
  {
    key: 'sweep/lapsed-order',
    name: 'a lapsed stream counts as ended when it lapsed, not when it is swept',
    async run(context) {
      const { store, advance, leaseMs } = context
      const dead = await startStream(context)
      await advance(leaseMs * 3)
      const done = await endedStream(context)
      await advance(leaseMs * 3)
      expectEqual(await store.sweep({ olderThanMs: 0, limit: 1 }), [dead], 'the first')
      expectEqual(await store.sweep({ olderThanMs: 0, limit: 1 }), [done], 'the second')
    },
  },
  {
    key: 'sweep/recent',
    name: 'streams that ended less than `olderThanMs` ago by the store’s clock stay',
    async run(context) {
      const { store, advance } = context
      const id = await endedStream(context)
      await advance(hour)
      expectEqual(await store.sweep({ olderThanMs: 2 * hour, limit: 10 }), [], 'ids after an hour')
      expectEqual((await store.heads([id])).length, 1, 'heads')
      await advance(hour)
      expectEqual(await store.sweep({ olderThanMs: 2 * hour, limit: 10 }), [id], 'ids after two hours')
    },
  },
  {
    key: 'sweep/limit',
    name: 'a sweep deletes at most `limit` streams, those that ended first',
    async run(context) {
      const { store, advance } = context
      const ids: string[] = []
      for (let i = 0; i < 5; i += 1) {
        ids.push(await endedStream(context))
        await advance(1_000)
      }
      expectEqual([...(await store.sweep({ olderThanMs: 0, limit: 2 }))].sort(), ids.slice(0, 2), 'the first two')
      expectEqual([...(await store.sweep({ olderThanMs: 0, limit: 2 }))].sort(), ids.slice(2, 4), 'the next two')
      expectEqual(await store.sweep({ olderThanMs: 0, limit: 2 }), ids.slice(4), 'the last')
    },
  },
]

async function endedStream(context: CaseContext): Promise<string> {
  const id = await startStream(context)
  await context.store.close(id, { epoch: 1, offset: 0, text: 'all', status: 'done' })
  return id
}
