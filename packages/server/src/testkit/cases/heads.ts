import type { StreamHead } from '../../store/stream-store'
import { expectEqual, expectMatch, expectTrue } from '../expect'
import { startStream } from '../start-stream'
import type { CaseDefinition } from '../types'

export const headsCases: readonly CaseDefinition[] = [
  {
    key: 'heads/known',
    name: 'the heads of the streams that exist are returned, once each',
    async run(context) {
      const { store, id } = context
      const running = await startStream(context, 'abc')
      const pending = id()
      await store.create(pending, null)
      const heads = await store.heads([pending, 'unknown', running, pending])
      expectEqual(heads.map((head) => head.id).sort(), [pending, running].sort(), 'ids')
      const head = heads.find((candidate) => candidate.id === running)
      expectMatch(head, { status: 'streaming', epoch: 1, base: 0, offset: 3, stopRequested: false }, 'head')
    },
  },
  {
    key: 'heads/clock',
    name: 'every head has the time of the clock that leases are measured by',
    async run(context) {
      const { store, leaseMs, advance } = context
      const id = await startStream(context, 'abc')
      const read = async () => [
        (await store.heads([id]))[0],
        (await store.read(id, 0, 1))?.head,
        headIn(await store.expire(id, 1)),
        await store.requestStop(id),
        headIn(await store.append(id, { epoch: 7, offset: 0, text: 'x' })),
        headIn(await store.claim(id, { owner: 'other', leaseMs, canTakeOver: false })),
      ]
      const clocks = async () => (await read()).map((head) => head?.now ?? Number.NaN)
      const before = await clocks()
      await advance(leaseMs)
      const after = await clocks()
      for (const [index, clock] of after.entries()) {
        const passed = clock - (before[index] ?? Number.NaN)
        expectTrue(passed >= leaseMs * 0.9 && passed < leaseMs * 10, `${leaseMs} ms later the clock says ${passed}`)
      }
    },
  },
  {
    key: 'heads/none',
    name: 'no ids, no heads',
    async run({ store }) {
      expectEqual(await store.heads([]), [], 'heads')
    },
  },
  {
    key: 'heads/many',
    name: 'a thousand heads are read at once',
    async run({ store, id }) {
      const ids = Array.from({ length: 50 }, id)
      for (const stream of ids) await store.create(stream, null)
      const requested = [...ids, ...Array.from({ length: 950 }, (_, i) => `unknown-${i}`)]
      expectEqual((await store.heads(requested)).length, 50, 'how many')
    },
  },
  {
    key: 'heads/strange-ids',
    name: 'ids are compared whole and literally',
    async run({ store, id }) {
      const stream = id()
      await store.create(stream, null)
      const strange = [`${stream} `, stream.toUpperCase(), `${stream}%`, `'${stream}`, `${stream}\u0000`, '', '\ufeff']
      expectEqual(await store.heads(strange), [], 'heads')
      for (const other of strange) expectEqual(await store.read(other, 0, 1), undefined, JSON.stringify(other))
    },
  },
]

function headIn(result: object): StreamHead | undefined {
  return 'head' in result ? (result.head as StreamHead) : undefined
}
