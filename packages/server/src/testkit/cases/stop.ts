import { expectEqual, expectMatch } from '../expect'
import { readAll, startStream } from '../start-stream'
import type { CaseDefinition } from '../types'

export const stopCases: readonly CaseDefinition[] = [
  {
    key: 'stop/pending',
    name: 'a pending stream is stopped at once and cannot be claimed afterwards',
    async run({ store, id, leaseMs }) {
      const stream = id()
      await store.create(stream, null)
      const stopped = { id: stream, status: 'stopped', epoch: 0, offset: 0, stopRequested: true }
      expectMatch(await store.requestStop(stream), stopped, 'requestStop')
      const claim = await store.claim(stream, { owner: 'a', leaseMs, canTakeOver: true })
      expectMatch(claim, { type: 'terminal' }, 'claim')
    },
  },
  {
    key: 'stop/streaming',
    name: 'the stop request is stored for the producer, which can write until it closes',
    async run(context) {
      const { store } = context
      const id = await startStream(context, 'ab')
      for (const attempt of ['first', 'second']) {
        expectMatch(await store.requestStop(id), { status: 'streaming', stopRequested: true, offset: 2 }, attempt)
      }
      const result = await store.close(id, { epoch: 1, offset: 2, text: 'c', status: 'stopped' })
      expectEqual(result, { type: 'ok', offset: 3, stopRequested: true }, 'close')
      expectEqual(await readAll(context, id), 'abc', 'the text')
    },
  },
  {
    key: 'stop/keeps-lease',
    name: 'a stop request neither renews nor ends the lease',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      await advance(leaseMs * 1.5)
      expectMatch(await store.requestStop(id), { isLapsed: false }, 'requestStop')
      await advance(leaseMs)
      expectMatch(await store.requestStop(id), { isLapsed: true, status: 'streaming' }, 'requestStop when lapsed')
    },
  },
  {
    key: 'stop/unknown',
    name: 'stopping an unknown stream returns undefined and creates nothing',
    async run({ store, id }) {
      const stream = id()
      expectEqual(await store.requestStop(stream), undefined, 'requestStop')
      expectEqual(await store.heads([stream]), [], 'heads')
    },
  },
]
