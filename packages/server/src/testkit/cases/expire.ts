import { expectEqual, expectHead, expectMatch } from '../expect'
import { readAll, startStream } from '../start-stream'
import type { CaseDefinition } from '../types'

export const expireCases: readonly CaseDefinition[] = [
  {
    key: 'expire/lapsed',
    name: 'after two leases without a renewal, expiring ends the stream as timeout and keeps its text',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context, 'kept')
      await advance(leaseMs * 2 + 1_000)
      expectMatch((await store.heads([id]))[0], { isLapsed: true, status: 'streaming' }, 'before')
      const timeout = { id, status: 'timeout', epoch: 1, offset: 4, isLapsed: false }
      expectHead(await store.expire(id, 1), 'expired', timeout, 'expire')
      expectHead(await store.expire(id, 1), 'kept', timeout, 'expire again')
      expectEqual(await readAll(context, id), 'kept', 'the text')
      const late = await store.append(id, { epoch: 1, offset: 4, text: 'x' })
      expectMatch(late, { type: 'conflict' }, 'the append of the owner that was away')
    },
  },
  {
    key: 'expire/stopped',
    name: 'a lapsed stream with a requested stop ends as stopped',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context, 'kept')
      await store.requestStop(id)
      await advance(leaseMs * 2 + 1_000)
      const stopped = { id, status: 'stopped', epoch: 1, offset: 4, isLapsed: false }
      expectHead(await store.expire(id, 1), 'expired', stopped, 'expire')
      expectHead(await store.expire(id, 1), 'kept', stopped, 'expire again')
    },
  },
  {
    key: 'expire/early',
    name: 'a stream is not expired when its lease has just expired',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      for (const part of [0, 0.9, 0.9]) {
        await advance(leaseMs * part)
        expectHead(await store.expire(id, 1), 'kept', { status: 'streaming', isLapsed: false }, 'expire')
      }
    },
  },
  {
    key: 'expire/stalled',
    name: 'a stream is stalled while its lease has expired, until a renewal or its end',
    async run(context) {
      const { store, leaseMs, id: newId, advance } = context
      const pending = newId()
      await store.create(pending, null)
      const id = await startStream(context, 'kept')
      const expectStalled = async (isStalled: boolean, when: string) => {
        const heads = await store.heads([id, pending])
        expectMatch(
          heads.find((head) => head.id === id),
          { isStalled },
          `head ${when}`,
        )
        expectMatch((await store.read(id, 0, 9))?.head, { isStalled }, `read ${when}`)
        const waiting = heads.find((head) => head.id === pending)
        expectMatch(waiting, { isStalled: false }, `a pending stream ${when}`)
      }
      await expectStalled(false, 'at first')
      await advance(leaseMs * 0.5)
      await expectStalled(false, 'during the lease')
      await advance(leaseMs * 0.9)
      await expectStalled(true, 'when it has expired')
      await store.beat(id, 1)
      await expectStalled(false, 'when it is renewed')
      await advance(leaseMs * 2 + 1_000)
      await expectStalled(true, 'when it has lapsed')
      await store.expire(id, 1)
      await expectStalled(false, 'at the end')
    },
  },
  {
    key: 'expire/age',
    name: 'a long lease that has not expired is not ended by age',
    async run(context) {
      const { store, pendingMs, advance } = context
      const id = await startStream(context)
      await store.claim(id, { owner: 'owner', leaseMs: pendingMs * 2, canTakeOver: false })
      await advance(pendingMs * 3)
      expectHead(await store.expire(id, 1), 'kept', { status: 'streaming', isLapsed: false }, 'expire')
    },
  },
  {
    key: 'expire/epoch',
    name: 'a stream that was claimed again since is not expired',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      await advance(leaseMs * 3)
      await store.claim(id, { owner: 'other', leaseMs, canTakeOver: true })
      await advance(leaseMs * 3)
      const seen = { status: 'streaming', epoch: 2, isLapsed: true }
      expectHead(await store.expire(id, 1), 'kept', seen, 'with the old epoch')
      expectHead(await store.expire(id, 2), 'expired', { status: 'timeout', epoch: 2 }, 'with the epoch seen')
    },
  },
  {
    key: 'expire/pending',
    name: 'a stream that is pending for longer than pendingMs ends as timeout',
    async run({ store, id, leaseMs, pendingMs, advance }) {
      const stream = id()
      await store.create(stream, null)
      await advance(pendingMs * 0.9)
      expectHead(await store.expire(stream, 0), 'kept', { status: 'pending', isLapsed: false }, 'before')
      await advance(pendingMs * 0.2)
      expectMatch((await store.heads([stream]))[0], { status: 'pending', isLapsed: true }, 'head')
      expectHead(await store.expire(stream, 0), 'expired', { status: 'timeout', epoch: 0 }, 'expire')
      const claim = await store.claim(stream, { owner: 'a', leaseMs, canTakeOver: true })
      expectMatch(claim, { type: 'terminal' }, 'claim')
    },
  },
  {
    key: 'expire/pending-claimed',
    name: 'a stream that was pending too long, but was not expired, can still be claimed',
    async run({ store, id, leaseMs, pendingMs, advance }) {
      const stream = id()
      await store.create(stream, null)
      await advance(pendingMs * 1.2)
      const claim = await store.claim(stream, { owner: 'a', leaseMs, canTakeOver: false })
      expectEqual(claim, { type: 'claimed', epoch: 1, offset: 0, meta: null }, 'claim')
      expectHead(await store.expire(stream, 0), 'kept', { status: 'streaming', isLapsed: false }, 'expire')
    },
  },
  {
    key: 'expire/unknown',
    name: 'an unknown stream is gone',
    async run({ store, id }) {
      expectEqual(await store.expire(id(), 0), { type: 'gone' }, 'expire')
    },
  },
]
