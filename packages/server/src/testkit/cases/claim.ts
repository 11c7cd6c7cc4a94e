import { expectEqual, expectMatch } from '../expect'
import { readAll, startStream } from '../start-stream'
import type { CaseDefinition } from '../types'

export const claimCases: readonly CaseDefinition[] = [
  {
    key: 'claim/first',
    name: 'the first claim starts epoch 1 at offset 0, and returns the meta',
    async run({ store, id, leaseMs }) {
      const stream = id()
      await store.create(stream, { by: 'kit' })
      const claim = await store.claim(stream, { owner: 'a', leaseMs, canTakeOver: false })
      expectEqual(claim, { type: 'claimed', epoch: 1, offset: 0, meta: { by: 'kit' } }, 'claim')
      const [head] = await store.heads([stream])
      expectMatch(head, { status: 'streaming', epoch: 1, base: 0, offset: 0, isLapsed: false }, 'head')
    },
  },
  {
    key: 'claim/repeated',
    name: 'the same owner gets the same result, also long after the lease expired',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      for (const canTakeOver of [false, true]) {
        const claim = await store.claim(id, { owner: 'owner', leaseMs, canTakeOver })
        expectEqual(claim, { type: 'claimed', epoch: 1, offset: 0, meta: null }, 'the claim again')
        await advance(leaseMs * 3)
      }
      const late = await store.claim(id, { owner: 'owner', leaseMs, canTakeOver: true })
      expectEqual(late, { type: 'claimed', epoch: 1, offset: 0, meta: null }, 'the claim after three leases')
      expectMatch((await store.heads([id]))[0], { isLapsed: false }, 'the lease is renewed')
    },
  },
  {
    key: 'claim/busy',
    name: 'a stream that another owner produces is busy',
    async run(context) {
      const id = await startStream(context, 'abc')
      for (const canTakeOver of [false, true]) {
        const claim = await context.store.claim(id, { owner: 'other', leaseMs: context.leaseMs, canTakeOver })
        expectMatch(claim, { type: 'busy' }, 'claim')
        expectMatch('head' in claim ? claim.head : undefined, { id, epoch: 1, offset: 3, status: 'streaming' }, 'head')
      }
    },
  },
  {
    key: 'claim/take-over',
    name: 'a lapsed stream is taken over under the next epoch, at its durable length',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context, 'stored')
      await advance(leaseMs * 2 + 1_000)
      const claim = await store.claim(id, { owner: 'other', leaseMs, canTakeOver: true })
      expectEqual(claim, { type: 'claimed', epoch: 2, offset: 6, meta: null }, 'claim')
      const [head] = await store.heads([id])
      expectMatch(head, { status: 'streaming', epoch: 2, base: 6, offset: 6, isLapsed: false }, 'head')
      expectEqual(await readAll(context, id), 'stored', 'the text')
    },
  },
  {
    key: 'claim/take-over-unasked',
    name: 'a lapsed stream is busy for a claim that may not take over',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      await advance(leaseMs * 2 + 1_000)
      const claim = await store.claim(id, { owner: 'other', leaseMs, canTakeOver: false })
      expectMatch(claim, { type: 'busy' }, 'claim')
      expectMatch('head' in claim ? claim.head : undefined, { epoch: 1, isLapsed: true }, 'head')
    },
  },
  {
    key: 'claim/take-over-early',
    name: 'a claim cannot be taken over before its lease has been over for a further lease',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      await advance(leaseMs * 1.8)
      const claim = await store.claim(id, { owner: 'other', leaseMs, canTakeOver: true })
      expectMatch(claim, { type: 'busy' }, 'claim')
    },
  },
  {
    key: 'claim/own-lease',
    name: 'a stream lapses by the lease of its owner, not by that of a new claim',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      await advance(leaseMs)
      const claim = await store.claim(id, { owner: 'other', leaseMs: 1, canTakeOver: true })
      expectMatch(claim, { type: 'busy' }, 'a claim with a short lease')
    },
  },
  {
    key: 'claim/lease-fraction',
    name: 'a lease need not be a whole number of milliseconds',
    async run({ store, id, leaseMs, advance }) {
      const stream = id()
      await store.create(stream, null)
      const claim = await store.claim(stream, { owner: 'a', leaseMs: leaseMs + 1 / 3, canTakeOver: false })
      expectEqual(claim, { type: 'claimed', epoch: 1, offset: 0, meta: null }, 'claim')
      await advance(leaseMs * 3)
      expectMatch((await store.heads([stream]))[0], { isLapsed: true }, 'head')
    },
  },
  {
    key: 'claim/fenced',
    name: 'after a take-over, every act of the earlier owner is fenced',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context, 'ab')
      await advance(leaseMs * 2 + 1_000)
      await store.claim(id, { owner: 'other', leaseMs, canTakeOver: true })
      const write = { epoch: 1, offset: 2, text: 'x' }
      expectMatch(await store.append(id, write), { type: 'conflict' }, 'append')
      expectMatch(await store.beat(id, 1), { type: 'conflict' }, 'beat')
      expectMatch(await store.close(id, { ...write, status: 'done' }), { type: 'conflict' }, 'close')
      expectMatch(await store.claim(id, { owner: 'owner', leaseMs, canTakeOver: true }), { type: 'busy' }, 'claim')
      const ok = { type: 'ok', offset: 3, stopRequested: false }
      expectEqual(await store.append(id, { epoch: 2, offset: 2, text: 'y' }), ok, 'the new owner appends')
      expectEqual(await readAll(context, id), 'aby', 'the text')
    },
  },
  {
    key: 'claim/terminal',
    name: 'a terminal stream cannot be claimed, not even by its owner',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      await store.close(id, { epoch: 1, offset: 0, text: 'all', status: 'done' })
      for (const owner of ['owner', 'other']) {
        await advance(leaseMs * 3)
        const claim = await store.claim(id, { owner, leaseMs, canTakeOver: true })
        expectMatch(claim, { type: 'terminal' }, 'claim')
        expectMatch('head' in claim ? claim.head : undefined, { status: 'done', epoch: 1, offset: 3 }, 'head')
      }
    },
  },
  {
    key: 'claim/gone',
    name: 'an unknown stream is gone, and the claim creates nothing',
    async run({ store, id, leaseMs }) {
      const stream = id()
      const claim = await store.claim(stream, { owner: 'a', leaseMs, canTakeOver: true })
      expectEqual(claim, { type: 'gone' }, 'claim')
      expectEqual(await store.heads([stream]), [], 'heads')
    },
  },
  {
    key: 'claim/stop-kept',
    name: 'a take-over of a lapsed stream with a requested stop stops it and does not resume it',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context, 'kept')
      await store.requestStop(id)
      await advance(leaseMs * 2 + 1_000)
      const refused = await store.claim(id, { owner: 'other', leaseMs, canTakeOver: false })
      expectMatch(refused, { type: 'busy' }, 'a claim that may not take over')
      const claim = await store.claim(id, { owner: 'other', leaseMs, canTakeOver: true })
      expectMatch(claim, { type: 'terminal' }, 'a claim that may')
      const stopped = { status: 'stopped', epoch: 1, offset: 4, isLapsed: false }
      expectMatch('head' in claim ? claim.head : undefined, stopped, 'its head')
      expectMatch((await store.heads([id]))[0], stopped, 'head')
      expectEqual(await readAll(context, id), 'kept', 'the text')
    },
  },
  {
    key: 'claim/stop-repeated',
    name: 'the owner of a stream with a requested stop may repeat its claim, and gets the request',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context)
      await store.requestStop(id)
      await advance(leaseMs * 2 + 1_000)
      const claim = await store.claim(id, { owner: 'owner', leaseMs, canTakeOver: true })
      expectEqual(claim, { type: 'claimed', epoch: 1, offset: 0, meta: null }, 'claim')
      expectEqual(await store.beat(id, 1), { type: 'ok', offset: 0, stopRequested: true }, 'beat')
    },
  },
]
