import { isTerminal, type StreamStatus } from '../../store/status'
import type { CreateRequest, StreamHead } from '../../store/stream-store'

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
  { epoch = 0 }: CreateRequest = {},
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
