import { isTerminal, type StreamStatus } from '../../store/status'
import type { StreamHead } from '../../store/stream-store'

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
  /** When the lease started or was last renewed. */
  readonly renewedAt: number
  readonly createdAt: number
  /** When the status became terminal. */
  readonly endedAt: number | undefined
}

/** The time of an act, by the store's clock. Leases are measured by it. */
export interface StoreMoment {
  readonly now: number
  /** How long a stream may stay `pending`. */
  readonly pendingMs: number
}

export function createRecord(id: string, { now }: StoreMoment): StreamRecord {
  return {
    id,
    status: 'pending',
    epoch: 0,
    base: 0,
    length: 0,
    stopRequested: false,
    error: undefined,
    finishReason: undefined,
    owner: undefined,
    leaseMs: 0,
    renewedAt: now,
    createdAt: now,
    endedAt: undefined,
  }
}

export function toHead(record: StreamRecord, moment: StoreMoment): StreamHead {
  return {
    id: record.id,
    status: record.status,
    epoch: record.epoch,
    base: record.base,
    offset: record.length,
    stopRequested: record.stopRequested,
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(record.finishReason === undefined ? {} : { finishReason: record.finishReason }),
    isLapsed: isLapsed(record, moment),
    isStalled: record.status === 'streaming' && moment.now >= record.renewedAt + record.leaseMs,
    now: moment.now,
  }
}

export function isLapsed(record: StreamRecord, moment: StoreMoment): boolean {
  return !isTerminal(record.status) && moment.now >= lapsesAt(record, moment)
}

/**
 * When the stream ended, as a sweep counts it. A lapsed stream that was not expired since counts as ended when it lapsed.
 * `undefined` for any other stream that has not ended.
 */
export function endOf(record: StreamRecord, moment: StoreMoment): number | undefined {
  return isLapsed(record, moment) ? lapsesAt(record, moment) : record.endedAt
}

/** A stream lapses only when its lease has been over for a further lease, so that a short stall of its owner ends nothing. */
function lapsesAt(record: StreamRecord, { pendingMs }: StoreMoment): number {
  return record.status === 'pending' ? record.createdAt + pendingMs : record.renewedAt + 2 * record.leaseMs
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
