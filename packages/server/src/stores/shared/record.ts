import { isTerminal, type StreamStatus } from '../../store/status'
import type { StreamHead } from '../../store/stream-store'

/** What a store keeps of a stream beside its text and its meta. Immutable: every act makes a new one. */
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
  /** Who holds the latest claim. */
  readonly owner: string | undefined
  readonly leaseMs: number
  /** When the lease began or was last renewed. */
  readonly renewedAt: number
  readonly createdAt: number
  /** When the status became terminal. */
  readonly endedAt: number | undefined
}

/** The store's moment: what the rules of leases are reckoned by. */
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
 * When a sweep takes a stream to have ended: as it did or, if it lapsed and nobody has looked since, when it lapsed.
 * `undefined` while it lives.
 */
export function endOf(record: StreamRecord, moment: StoreMoment): number | undefined {
  return isLapsed(record, moment) ? lapsesAt(record, moment) : record.endedAt
}

/** A lease lapses only when it has been over for a further lease, so that a short stall of its owner harms nobody. */
function lapsesAt(record: StreamRecord, { pendingMs }: StoreMoment): number {
  return record.status === 'pending' ? record.createdAt + pendingMs : record.renewedAt + 2 * record.leaseMs
}

/** A lease that was renewed is nothing a reader could see. */
export function isVisibleChange(before: StreamRecord, after: StreamRecord): boolean {
  return (
    before.length !== after.length ||
    before.status !== after.status ||
    before.epoch !== after.epoch ||
    before.stopRequested !== after.stopRequested
  )
}
