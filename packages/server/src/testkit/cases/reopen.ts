import type { StreamStore } from '../../store/stream-store'
import { expectEqual, expectHead, expectMatch, expectTrue } from '../expect'
import { readAll, startStream } from '../start-stream'
import { exactTexts } from '../texts'
import type { CaseContext, CaseDefinition } from '../types'

export const reopenCases: readonly CaseDefinition[] = [
  {
    key: 'reopen/text',
    name: 'text, status, epoch, meta and a requested stop survive a restart',
    async run(context) {
      const { store } = context
      const whole = exactTexts.join('')
      const running = await startStream(context, whole)
      await store.requestStop(running)
      const ended = await startStream(context, 'x')
      await store.close(ended, { epoch: 1, offset: 1, text: 'y', status: 'error', error: 'code' })
      const pending = context.id()
      await store.create(pending, { kept: [1] })

      const reopened = await reopen(context)
      expectEqual(await readAll({ store: reopened }, running), whole, 'the text')
      const head = { status: 'streaming', epoch: 1, base: 0, offset: whole.length, stopRequested: true }
      expectMatch((await reopened.heads([running]))[0], head, 'the running one')
      expectMatch((await reopened.heads([ended]))[0], { status: 'error', error: 'code', offset: 2 }, 'the ended one')
      expectEqual(await reopened.readMeta(pending), { kept: [1] }, 'the pending one')
    },
  },
  {
    key: 'reopen/owner',
    name: 'an owner continues with its claim, and its lease went on meanwhile',
    async run(context) {
      const { leaseMs, advance } = context
      const id = await startStream(context, 'ab')
      const reopened = await reopen(context)
      const ok = { type: 'ok', offset: 3, stopRequested: false }
      expectEqual(await reopened.append(id, { epoch: 1, offset: 2, text: 'c' }), ok, 'append')
      const claim = await reopened.claim(id, { owner: 'owner', leaseMs, canTakeOver: false })
      expectMatch(claim, { type: 'claimed', epoch: 1 }, 'claim')
      await advance(leaseMs * 3)
      expectHead(await reopened.expire(id, 1), 'expired', { status: 'timeout', offset: 3 }, 'expire')
    },
  },
  {
    key: 'reopen/deleted',
    name: 'a deleted stream stays deleted',
    async run(context) {
      const id = await startStream(context, 'abc')
      await context.store.delete(id)
      const reopened = await reopen(context)
      expectEqual(await reopened.read(id, 0, 10), undefined, 'read')
    },
  },
]

async function reopen(context: CaseContext): Promise<StreamStore> {
  expectTrue(context.reopen !== undefined, 'this store cannot be reopened')
  return context.reopen()
}
