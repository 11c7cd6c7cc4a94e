import type { StreamHead } from '../store'
import { isTerminal, type StreamStatus } from '../types'

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
    isLapsed: isLapsed(record, moment),
  }
}

/** A lease lapses only when it has been over for a further lease, so that a short stall of its owner harms nobody. */
export function isLapsed(record: StreamRecord, { now, pendingMs }: StoreMoment): boolean {
  if (isTerminal(record.status)) return false
  if (record.status === 'pending') return now - record.createdAt > pendingMs
  return now - record.renewedAt >= 2 * record.leaseMs
}
