import type { ListRequest, StreamStore } from '../../store/stream-store'
import { expectEqual, expectMatch } from '../expect'
import type { CaseContext, CaseDefinition } from '../types'

const noOne = { leaseMs: 60_000, canTakeOver: false } as const

async function idsOf(store: StreamStore, request: Omit<ListRequest, 'limit'>, limit = 100): Promise<string[]> {
  return (await store.list({ ...request, limit })).map(({ head }) => head.id)
}

/** Creates streams one after the other, each in a later millisecond. */
async function createInTurn(
  { store, id, advance }: CaseContext,
  requests: readonly { owner?: string; group?: string }[],
): Promise<string[]> {
  const ids: string[] = []
  for (const request of requests) {
    const stream = id()
    await store.create(stream, null, request)
    ids.unshift(stream)
    await advance(5)
  }
  return ids
}

export const listCases: readonly CaseDefinition[] = [
  {
    key: 'list/owner-and-group',
    name: 'the streams of an owner, a group or both are listed, the latest first',
    async run(context) {
      const { store, id } = context
      const [ada, eve, chat] = [`ada ${id()}`, `eve ü \u{1f600} ${id()}`, `chat ${id()}`]
      const streams = await createInTurn(context, [
        { owner: ada, group: chat },
        { owner: eve, group: chat },
        { owner: ada },
        { group: chat },
        {},
      ])
      const [, ofGroup, ofAda, ofEve, ofBoth] = streams
      expectEqual(await idsOf(store, { owner: ada }), [ofAda, ofBoth], 'the list of an owner')
      expectEqual(await idsOf(store, { owner: eve }), [ofEve], 'the list of another owner')
      expectEqual(await idsOf(store, { group: chat }), [ofGroup, ofEve, ofBoth], 'the list of a group')
      expectEqual(await idsOf(store, { owner: ada, group: chat }), [ofBoth], 'the list of both')
      expectEqual(await idsOf(store, { owner: `nobody ${id()}` }), [], 'the list of nobody')
      const [listed] = await store.list({ owner: eve, limit: 1 })
      expectMatch(listed, { owner: eve, group: chat }, 'a stream')
      expectMatch(listed?.head, { id: ofEve, status: 'pending', offset: 0 }, 'its head')
    },
  },
  {
    key: 'list/filters',
    name: 'a list has only the statuses, and only those that ended since, that were requested',
    async run(context) {
      const { store, id, advance } = context
      const owner = `owner ${id()}`
      const [pending, running, later, sooner] = await createInTurn(context, [
        { owner },
        { owner },
        { owner },
        { owner },
      ])
      const end = async (stream = '') => {
        await store.claim(stream, { ...noOne, owner: 'a' })
        await store.close(stream, { epoch: 1, offset: 0, text: 'x', status: 'done' })
        await advance(5)
      }
      await end(sooner)
      await end(later)
      await store.claim(running ?? '', { ...noOne, owner: 'a' })
      const listed = await store.list({ owner, limit: 10 })
      expectEqual(
        listed.map(({ head }) => [head.id, head.status, head.offset]),
        [
          [pending, 'pending', 0],
          [running, 'streaming', 0],
          [later, 'done', 1],
          [sooner, 'done', 1],
        ],
        'the list',
      )
      const since = listed[2]?.endedAt
      expectEqual(await idsOf(store, { owner, statuses: ['done', 'error'] }), [later, sooner], 'those that are done')
      expectEqual(await idsOf(store, { owner, statuses: ['streaming'] }), [running], 'those that run')
      expectEqual(await idsOf(store, { owner, endedSince: since }), [pending, running, later], 'the news')
      expectEqual(await idsOf(store, { owner, statuses: ['done'], endedSince: since }), [later], 'what ended since')
    },
  },
  {
    key: 'list/pages',
    name: 'pages of a list have each stream once, also those that were created in the same millisecond',
    async run({ store, id, advance }) {
      const group = `group ${id()}`
      const created: string[] = []
      for (let index = 0; index < 23; index += 1) {
        const stream = id()
        await store.create(stream, null, { group })
        created.push(stream)
        if (index % 7 === 3) await advance(5)
      }
      const pages: string[] = []
      for (let after: ListRequest['after']; ; ) {
        const page = await store.list({ group, limit: 4, ...(after && { after }) })
        if (page.length > 4) throw new Error(`a page of 4 has ${page.length} streams`)
        pages.push(...page.map(({ head }) => head.id))
        const last = page.at(-1)
        if (!last) break
        after = { createdAt: last.createdAt, id: last.head.id }
      }
      expectEqual([...pages].sort(), [...created].sort(), 'all pages')
      expectEqual(pages, await idsOf(store, { group }), 'the pages, in order')
      expectEqual(pages[0] === created.at(-1), true, 'the latest comes first')
    },
  },
  {
    key: 'list/gone',
    name: 'a deleted and a swept stream leave the list, and an id that comes back is in the new one alone',
    async run({ store, id, advance }) {
      const [owner, other] = [`owner ${id()}`, `other ${id()}`]
      const [deleted, swept, kept] = [id(), id(), id()]
      for (const stream of [deleted, swept, kept]) await store.create(stream, null, { owner })
      await store.delete(deleted)
      expectEqual((await idsOf(store, { owner })).sort(), [swept, kept].sort(), 'after the delete')
      await advance(5)
      await store.create(deleted, null, { owner: other })
      expectEqual(await store.create(deleted, null, { owner }), 'exists', 'create')
      expectEqual((await idsOf(store, { owner })).sort(), [swept, kept].sort(), 'after it came back')
      expectEqual(await idsOf(store, { owner: other }), [deleted], 'the list of the other owner')
      await store.requestStop(swept)
      await store.sweep({ olderThanMs: 0, limit: 1_000 })
      expectEqual(await idsOf(store, { owner }), [kept], 'after the sweep')
    },
  },
]
