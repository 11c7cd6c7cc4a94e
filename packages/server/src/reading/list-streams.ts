import type { Expiry } from '../heads/expiry'
import { invalid, number, optionsFrom, type TableFor } from '../options/check-options'
import { requireScope, type StreamScope, scopeTable } from '../options/stream-scope'
import { isStatus, type StreamStatus } from '../store/status'
import { isStreamId } from '../store/stream-id'
import type { ListedStream, ListPosition, StreamStore } from '../store/stream-store'

export interface ListOptions extends StreamScope {
  /** Only streams with this status, or one of these. @default any */
  readonly status?: StreamStatus | readonly StreamStatus[] | undefined
  /** Only streams that have not ended, or ended at this time or later, in milliseconds by the store's clock. @default any */
  readonly endedSince?: number | undefined
  /** The largest number of streams to return, from 1 to 1,000. @default 50 */
  readonly limit?: number | undefined
  /** The `cursor` of the page before. @default the first page */
  readonly cursor?: string | undefined
}

/** A stream in a list, without its text and its `meta`. */
export interface StreamSummary {
  readonly id: string
  readonly status: StreamStatus
  /** The durable length of the text, in UTF-16 code units. */
  readonly offset: number
  readonly owner?: string
  readonly group?: string
  /** These two are in milliseconds since 1970, by the store's clock. */
  readonly createdAt: number
  readonly endedAt?: number
  /** With `error`: the code for readers. */
  readonly error?: string
  readonly finishReason?: string
  /** No process writes the text at the moment, because the lease of the one that did has expired. */
  readonly isStalled: boolean
}

export interface StreamList {
  /** Those that were created last come first. */
  readonly streams: readonly StreamSummary[]
  /** Pass it to get the next page. Missing on the last one. */
  readonly cursor?: string
}

const MOST = 1_000

const table = {
  ...scopeTable,
  status(given, name) {
    if (given === undefined) return undefined
    const statuses: unknown[] = Array.isArray(given) ? given : [given]
    return statuses.every(isStatus) ? statuses : invalid(name, "pass a status, such as 'streaming', or a list of them")
  },
  endedSince: (given, name) => (given === undefined ? undefined : number(undefined, 0)(given, name)),
  limit: number(50, 1, MOST),
  cursor: (given, name) =>
    given === undefined ? undefined : (toPosition(given) ?? invalid(name, 'pass the cursor of another page')),
} satisfies TableFor<ListOptions>

/** Lists streams. A stream in the list whose producer is gone is ended, as by a reader. See `Streams.list`. */
export async function listStreams(store: StreamStore, expiry: Expiry, options: ListOptions): Promise<StreamList> {
  const { owner, group, status, endedSince, limit, cursor } = optionsFrom(options, table, 'call list({ owner })')
  requireScope({ owner, group }, 'list()')
  const most = Math.floor(limit)
  // One more shows whether there is another page.
  const listed = await store.list({ owner, group, statuses: status, endedSince, after: cursor, limit: most + 1 })
  const page = listed.slice(0, most)
  const last = page.at(-1)
  const settled = await Promise.all(page.map(async (each) => toSummary(each, await expiry.settleInTurn(each.head))))
  return {
    streams: settled.filter((each) => !status || status.includes(each.status)),
    ...(last && listed.length > most && { cursor: `${last.createdAt}.${last.head.id}` }),
  }
}

/** `head` is newer than `listed` if the stream was ended just now. The store does not tell when, but that is a moment ago. */
function toSummary(listed: ListedStream, head: ListedStream['head']): StreamSummary {
  const { owner, group, createdAt, endedAt = head.status === listed.head.status ? undefined : head.now } = listed
  const { id, status, offset, error, finishReason, isStalled } = head
  const facts = { owner, group, endedAt, error, finishReason }
  const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
  return { id, status, offset, createdAt, isStalled, ...known }
}

function toPosition(cursor: unknown): ListPosition | undefined {
  const [, createdAt, id] = (typeof cursor === 'string' && /^(\d{1,15})\.(.+)$/.exec(cursor)) || []
  return isStreamId(id) ? { createdAt: Number(createdAt), id } : undefined
}
