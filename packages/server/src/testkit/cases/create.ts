import { expectEqual, expectMatch } from '../expect'
import { readAll, startStream } from '../start-stream'
import type { CaseDefinition } from '../types'

export const createCases: readonly CaseDefinition[] = [
  {
    key: 'create/new',
    name: 'a new stream is pending, empty and unclaimed',
    async run({ store, id }) {
      const stream = id()
      expectEqual(await store.create(stream, { by: 'kit' }), 'created', 'create')
      const head = {
        id: stream,
        status: 'pending',
        epoch: 0,
        base: 0,
        offset: 0,
        stopRequested: false,
        isLapsed: false,
        isStalled: false,
      }
      const range = await store.read(stream, 0, 10)
      expectMatch(range, { start: 0, text: '' }, 'read')
      expectEqual(await store.readMeta(stream), { by: 'kit' }, 'meta')
      expectMatch(range?.head, head, 'head')
    },
  },
  {
    key: 'create/exists',
    name: 'creating an id again does not change the stream',
    async run(context) {
      const id = await startStream(context, 'kept')
      expectEqual(await context.store.create(id, { other: true }), 'exists', 'create')
      expectEqual(await readAll(context, id), 'kept', 'the text')
      expectEqual(await context.store.readMeta(id), null, 'the meta')
    },
  },
  {
    key: 'create/epoch',
    name: 'claims count on from the epoch that the stream was created with',
    async run({ store, id }) {
      const stream = id()
      // As high as a server counts, for the id of a deleted stream.
      const epoch = 99_999_999_999_999
      await store.create(stream, null, { epoch })
      expectMatch((await store.read(stream, 0, 1))?.head, { status: 'pending', epoch, base: 0 }, 'head')
      const claim = { leaseMs: 60_000, canTakeOver: false }
      expectMatch(await store.claim(stream, { ...claim, owner: 'a' }), { type: 'claimed', epoch: epoch + 1 }, 'claim')
      expectMatch(await store.claim(stream, { ...claim, owner: 'a' }), { epoch: epoch + 1 }, 'the same claim again')
      const text = { offset: 0, text: 'x' }
      expectMatch(await store.append(stream, { ...text, epoch: 1 }), { type: 'conflict' }, 'append under epoch 1')
      expectMatch(await store.append(stream, { ...text, epoch: epoch + 1 }), { type: 'ok' }, 'append')
      const ended = { epoch: epoch + 1, offset: 1, text: '', status: 'done' } as const
      expectMatch(await store.close(stream, ended), { type: 'ok' }, 'close')
    },
  },
  {
    key: 'create/meta',
    name: 'any JSON value is stored as meta',
    async run({ store, id }) {
      const values = [null, true, 0, -1.5, '', '\u0000\ud800\ufeff', [], {}, { a: [1, { b: null }], ü: '\u{1f600}' }]
      for (const value of values) {
        const stream = id()
        await store.create(stream, value)
        expectEqual(await store.readMeta(stream), value, 'meta')
      }
      const absent = id()
      await store.create(absent, undefined)
      expectEqual(await store.readMeta(absent), null, 'meta left out')
      expectEqual(await store.readMeta(id()), undefined, 'the meta of an unknown id')
    },
  },
  {
    key: 'create/meta-refused',
    name: 'a meta that JSON cannot hold is refused, and nothing is created',
    async run({ store, id }) {
      const circular: { self?: unknown } = {}
      circular.self = circular
      for (const [what, meta] of Object.entries({ bigint: 1n, circular, function: () => {}, symbol: Symbol('meta') })) {
        const stream = id()
        const refusal: unknown = await store.create(stream, meta).catch((error: unknown) => error)
        expectMatch(refusal, { code: 'invalid-option' }, `create with a ${what}`)
        expectEqual(await store.heads([stream]), [], `heads after a ${what}`)
      }
    },
  },
  {
    key: 'create/meta-copied',
    name: 'meta is a copy: changes to the original or to a result have no effect',
    async run({ store, id }) {
      const stream = id()
      const meta = { list: [1] }
      await store.create(stream, meta)
      meta.list.push(2)
      const result = (await store.readMeta(stream)) as typeof meta
      result.list.push(3)
      expectEqual(await store.readMeta(stream), { list: [1] }, 'meta')
    },
  },
]
