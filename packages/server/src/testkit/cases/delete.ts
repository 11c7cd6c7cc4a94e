import { expectEqual, expectMatch } from '../expect'
import { readAll, startStream } from '../start-stream'
import type { CaseDefinition } from '../types'

export const deleteCases: readonly CaseDefinition[] = [
  {
    key: 'delete/gone',
    name: 'after a delete, every act finds the stream gone, and none creates it',
    async run(context) {
      const { store, leaseMs } = context
      const id = await startStream(context, 'abc')
      expectEqual(await store.delete(id), true, 'delete')
      const gone = { type: 'gone' }
      expectEqual(await store.append(id, { epoch: 1, offset: 3, text: 'x' }), gone, 'append')
      expectEqual(await store.beat(id, 1), gone, 'beat')
      expectEqual(await store.close(id, { epoch: 1, offset: 3, text: 'x', status: 'done' }), gone, 'close')
      expectEqual(await store.claim(id, { owner: 'owner', leaseMs, canTakeOver: true }), gone, 'claim')
      expectEqual(await store.requestStop(id), undefined, 'requestStop')
      expectEqual(await store.expire(id, 1), { type: 'gone' }, 'expire')
      expectEqual(await store.read(id, 0, 10), undefined, 'read')
      expectEqual(await store.heads([id]), [], 'heads')
    },
  },
  {
    key: 'delete/repeated',
    name: 'deleting an unknown stream returns false',
    async run(context) {
      const id = await startStream(context)
      expectEqual(await context.store.delete(id), true, 'the first')
      expectEqual(await context.store.delete(id), false, 'the second')
      expectEqual(await context.store.delete(context.id()), false, 'an unknown one')
    },
  },
  {
    key: 'delete/others',
    name: 'the other streams keep their text',
    async run(context) {
      const ids = await Promise.all(['a', 'b', 'c'].map((text) => startStream(context, text)))
      await context.store.delete(ids[1] ?? '')
      expectEqual(await Promise.all(ids.map((id) => readAll(context, id))), ['a', undefined, 'c'], 'the texts')
    },
  },
  {
    key: 'delete/empty-again',
    name: 'an id that is created again after a delete starts from nothing',
    async run(context) {
      const { store, leaseMs } = context
      const id = await startStream(context, 'old')
      await store.delete(id)
      expectEqual(await store.create(id, 'new'), 'created', 'create')
      const claim = await store.claim(id, { owner: 'new', leaseMs, canTakeOver: false })
      expectMatch(claim, { type: 'claimed', offset: 0, meta: 'new' }, 'claim')
      expectEqual(await readAll(context, id), '', 'the text')
    },
  },
]
