import type { StreamStore } from '../../store/stream-store'
import { expectEqual, expectTrue } from '../expect'
import { readAll, startStream } from '../start-stream'
import type { CaseContext, CaseDefinition } from '../types'

export const concurrencyCases: readonly CaseDefinition[] = [
  {
    key: 'concurrency/create',
    name: 'of many creates of one id, exactly one creates it',
    async run(context) {
      const id = context.id()
      const results = await inParallel(context, 20, (store, i) => store.create(id, i))
      expectEqual(results.filter((result) => result === 'created').length, 1, 'how many created')
      const winner = results.indexOf('created')
      expectEqual(await context.store.readMeta(id), winner, 'the meta is the creator’s')
    },
  },
  {
    key: 'concurrency/claim',
    name: 'of many owners, exactly one gets the claim',
    async run(context) {
      const { store, leaseMs } = context
      const id = context.id()
      await store.create(id, null)
      const claims = await inParallel(context, 20, (each, i) =>
        each.claim(id, { owner: `owner-${i}`, leaseMs, canTakeOver: true }),
      )
      expectEqual(claims.map(({ type }) => type).sort(), [...Array(19).fill('busy'), 'claimed'], 'the results')
    },
  },
  {
    key: 'concurrency/take-over',
    name: 'of many owners that take over, exactly one gets the claim, and the epoch goes up by one',
    async run(context) {
      const { leaseMs, advance } = context
      const id = await startStream(context, 'abc')
      await advance(leaseMs * 3)
      const claims = await inParallel(context, 20, (store, i) =>
        store.claim(id, { owner: `other-${i}`, leaseMs, canTakeOver: true }),
      )
      const winners = claims.filter(({ type }) => type === 'claimed')
      expectEqual(winners, [{ type: 'claimed', epoch: 2, offset: 3, meta: null }], 'the winners')
    },
  },
  {
    key: 'concurrency/expire',
    name: 'of many calls that expire a lapsed stream, exactly one is expired, and the others find it ended',
    async run(context) {
      const { leaseMs, advance } = context
      const id = await startStream(context, 'abc')
      await advance(leaseMs * 3)
      const results = await inParallel(context, 20, (store) => store.expire(id, 1))
      const status = results.map((result) => result.type !== 'gone' && result.head.status)
      expectEqual(status, Array(20).fill('timeout'), 'the statuses')
      expectEqual(results.map(({ type }) => type).sort(), ['expired', ...Array(19).fill('kept')], 'the results')
    },
  },
  {
    key: 'concurrency/append',
    name: 'of many appends at one offset, exactly one is stored',
    async run(context) {
      const id = await startStream(context, 'abc')
      const texts = Array.from({ length: 20 }, (_, i) => `<${i}>`)
      const results = await inParallel(context, texts.length, (store, i) =>
        store.append(id, { epoch: 1, offset: 3, text: texts[i] ?? '' }),
      )
      const winners = texts.filter((_, i) => results[i]?.type === 'ok')
      expectEqual(winners.length, 1, 'how many won')
      expectEqual(await readAll(context, id), `abc${winners[0]}`, 'the text')
      expectTrue(
        results.every((result) => result.type === 'ok' || result.type === 'conflict'),
        'a loser got another result than a conflict',
      )
    },
  },
  {
    key: 'concurrency/close',
    name: 'of many different closes, the first one stays, and only it is ok',
    async run(context) {
      const id = await startStream(context)
      const results = await inParallel(context, 20, (store, i) =>
        store.close(id, { epoch: 1, offset: 0, text: 'x'.repeat(i + 1), status: 'done' }),
      )
      const winners = results.flatMap((result, i) => (result.type === 'ok' ? [i + 1] : []))
      expectEqual(winners.length, 1, 'how many won')
      expectEqual((await readAll(context, id))?.length, winners[0], 'the length of the text')
    },
  },
  {
    key: 'concurrency/streams',
    name: 'streams that grow at the same time do not mix their texts',
    async run(context) {
      const ids: string[] = []
      for (let i = 0; i < 8; i += 1) ids.push(await startStream(context, '', `owner-${i}`))
      await inParallel(context, ids.length, async (store, i) => {
        for (let offset = 0; offset < 40; offset += 2) {
          await store.append(ids[i] ?? '', { epoch: 1, offset, text: `${i};` })
        }
      })
      for (const [i, id] of ids.entries()) expectEqual(await readAll(context, id), `${i};`.repeat(20), `stream ${i}`)
    },
  },
]

/** Starts all acts at once, on two stores if the target has them. */
async function inParallel<T>(
  context: CaseContext,
  count: number,
  act: (store: StreamStore, index: number) => Promise<T>,
): Promise<T[]> {
  const stores = [context.store, (await context.connect?.()) ?? context.store]
  return Promise.all(Array.from({ length: count }, (_, i) => act(stores[i % 2] ?? context.store, i)))
}
