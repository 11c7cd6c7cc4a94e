import { isTerminal, type StreamStatus } from '../../store/status'
import type { CreateRequest, ListedStream, ListPosition, ListRequest, StreamHead } from '../../store/stream-store'

/** The state of a stream, without its text and its meta. Immutable: every act makes a new record. */
export interface StreamRecord {
  readonly id: string
  readonly status: StreamStatus
  readonly epoch: number
  readonly base: number
  /** The durable length, in UTF-16 code units. */
  readonly length: number
  readonly stopRequested: boolean
  readonly error: string | undefined
  readonly finishReason: string | undefined
  /** The owner of the latest claim. */
  readonly owner: string | undefined
  readonly leaseMs: number
  /** When the stream lapses, unless its lease is renewed before that. It means nothing once the stream has ended. */
  readonly lapsesAt: number
  /** What `create` got as `owner` and `group`. */
  readonly listOwner: string | undefined
  readonly listGroup: string | undefined
  readonly createdAt: number
  /** When the status became terminal. */
  readonly endedAt: number | undefined
}

/**
 * A `pending` record. `now`, here and below, is the time of an act by the store's clock. Leases are measured by it.
 *
 * @param pendingMs how long the stream may stay `pending`
 */
export function createRecord(
  id: string,
  now: number,
  pendingMs: number,
  { epoch = 0, owner: listOwner, group: listGroup }: CreateRequest = {},
): StreamRecord {
  return {
    id,
    status: 'pending',
    epoch,
    base: 0,
    length: 0,
    stopRequested: false,
    error: undefined,
    finishReason: undefined,
    owner: undefined,
    leaseMs: 0,
    lapsesAt: Math.min(now + Math.ceil(pendingMs), Number.MAX_SAFE_INTEGER),
    listOwner,
    listGroup,
    createdAt: now,
    endedAt: undefined,
  }
}

export function toHead(record: StreamRecord, now: number): StreamHead {
  return {
    id: record.id,
    status: record.status,
    epoch: record.epoch,
    base: record.base,
    offset: record.length,
    stopRequested: record.stopRequested,
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(record.finishReason === undefined ? {} : { finishReason: record.finishReason }),
    isLapsed: isLapsed(record, now),
    isStalled: record.status === 'streaming' && now >= record.lapsesAt - record.leaseMs,
    now,
  }
}

export function toListed(record: StreamRecord, now: number): ListedStream {
  const { listOwner, listGroup, createdAt, endedAt } = record
  return {
    head: toHead(record, now),
    ...(listOwner === undefined ? {} : { owner: listOwner }),
    ...(listGroup === undefined ? {} : { group: listGroup }),
    createdAt,
    ...(endedAt === undefined ? {} : { endedAt }),
  }
}

/** Whether `list` returns it, but for the limit. */
export function isListed(record: StreamRecord, request: ListRequest): boolean {
  const { owner, group, statuses, endedSince = 0, after } = request
  return (
    (owner === undefined || record.listOwner === owner) &&
    (group === undefined || record.listGroup === group) &&
    (statuses === undefined || statuses.includes(record.status)) &&
    (record.endedAt === undefined || record.endedAt >= endedSince) &&
    (after === undefined || compareListed(after, record) < 0)
  )
}

/** The order of `list`. */
export function compareListed(one: ListPosition, two: ListPosition): number {
  if (one.createdAt !== two.createdAt) return two.createdAt - one.createdAt
  return one.id === two.id ? 0 : one.id < two.id ? 1 : -1
}

export function isLapsed(record: StreamRecord, now: number): boolean {
  return !isTerminal(record.status) && now >= record.lapsesAt
}

/**
 * When the stream ended, as a sweep counts it, or when it lapses. A lapsed stream that was not expired counts as ended when
 * it lapsed.
 */
export function endOf(record: StreamRecord): number {
  return record.endedAt ?? record.lapsesAt
}

/** A stream lapses only when its lease has been over for a further lease, so that a short stall of its owner ends nothing. */
export function lapseOfLease(leaseMs: number, now: number): number {
  return now + 2 * leaseMs
}

/** Whether a reader can see the change. The renewal of a lease is not visible. */
export function isVisibleChange(before: StreamRecord, after: StreamRecord): boolean {
  return (
    before.length !== after.length ||
    before.status !== after.status ||
    before.epoch !== after.epoch ||
    before.stopRequested !== after.stopRequested
  )
}
