import { expectEqual, expectMatch } from '../expect'
import { startStream } from '../start-stream'
import type { CaseDefinition } from '../types'

export const beatCases: readonly CaseDefinition[] = [
  {
    key: 'beat/renews',
    name: 'a stream with heartbeats never lapses, at any age',
    async run(context) {
      const { store, leaseMs, pendingMs, advance } = context
      const id = await startStream(context, 'abc')
      for (let age = 0; age < pendingMs + leaseMs; age += leaseMs * 1.5) {
        await advance(leaseMs * 1.5)
        expectEqual(await store.beat(id, 1), { type: 'ok', offset: 3, stopRequested: false }, 'beat')
      }
      expectMatch((await store.heads([id]))[0], { isLapsed: false, status: 'streaming' }, 'head')
    },
  },
  {
    key: 'beat/late',
    name: 'a heartbeat renews an expired lease if the stream has not ended',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      await advance(leaseMs * 5)
      expectMatch(await store.beat(id, 1), { type: 'ok' }, 'beat')
      expectMatch((await store.heads([id]))[0], { isLapsed: false }, 'head')
    },
  },
  {
    key: 'beat/stop-requested',
    name: 'a heartbeat returns the requested stop',
    async run(context) {
      const id = await startStream(context)
      await context.store.requestStop(id)
      expectEqual(await context.store.beat(id, 1), { type: 'ok', offset: 0, stopRequested: true }, 'beat')
    },
  },
  {
    key: 'beat/conflict',
    name: 'a heartbeat under another epoch, or of a pending or terminal stream, is a conflict',
    async run(context) {
      const { store, id } = context
      const running = await startStream(context)
      expectMatch(await store.beat(running, 2), { type: 'conflict' }, 'another epoch')
      await store.close(running, { epoch: 1, offset: 0, text: '', status: 'done' })
      expectMatch(await store.beat(running, 1), { type: 'conflict' }, 'terminal')
      const pending = id()
      await store.create(pending, null)
      expectMatch(await store.beat(pending, 0), { type: 'conflict' }, 'pending')
    },
  },
  {
    key: 'beat/gone',
    name: 'a heartbeat of an unknown stream is gone and creates nothing',
    async run({ store, id }) {
      const stream = id()
      expectEqual(await store.beat(stream, 1), { type: 'gone' }, 'beat')
      expectEqual(await store.heads([stream]), [], 'heads')
    },
  },
]
