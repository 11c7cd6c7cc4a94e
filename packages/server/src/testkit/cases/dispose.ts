import { expectRejection } from '../expect'
import type { CaseDefinition } from '../types'

export const disposeCases: readonly CaseDefinition[] = [
  {
    key: 'dispose/acts',
    name: 'disposing is idempotent, and every act after it rejects',
    async run({ store, id, leaseMs }) {
      const stream = id()
      await store.create(stream, null)
      await Promise.all([store.dispose(), store.dispose()])
      await store.dispose()
      const write = { epoch: 1, offset: 0, text: 'x' }
      await expectRejection(store.create(id(), null), 'create does not reject')
      await expectRejection(store.claim(stream, { owner: 'a', leaseMs, canTakeOver: true }), 'claim does not reject')
      await expectRejection(store.append(stream, write), 'append does not reject')
      await expectRejection(store.beat(stream, 1), 'beat does not reject')
      await expectRejection(store.close(stream, { ...write, status: 'done' }), 'close does not reject')
      await expectRejection(store.requestStop(stream), 'requestStop does not reject')
      await expectRejection(store.expire(stream, 0), 'expire does not reject')
      await expectRejection(store.delete(stream), 'delete does not reject')
      await expectRejection(store.sweep({ olderThanMs: 0, limit: 1 }), 'sweep does not reject')
      await expectRejection(store.read(stream, 0, 1), 'read does not reject')
      await expectRejection(store.heads([stream]), 'heads does not reject')
    },
  },
  {
    key: 'dispose/unused',
    name: 'a store that was never used can be disposed',
    async run({ store }) {
      await store.dispose()
    },
  },
]
