import type { StreamStatus } from '../../store/status'
import type { SeenRecord } from '../shared/optimistic-store'
import type { StreamRecord } from '../shared/record'
import type { TextRow } from '../shared/transaction'
import type { Row, SqlValue } from './connection/database'

/** What `toSeenRecord` reads, besides `now`. */
export const columns =
  'key, id, revision, status, epoch, base, length, stop_requested, error, finish_reason, owner, lease_ms, lapses_at, created_at, ended_at'

export function toSeenRecord(row: Row): SeenRecord {
  return {
    record: toRecord(row),
    now: Number(row['now']),
    revision: `${row['key']}.${row['revision']}`,
  }
}

/** Some clients return bigint columns as strings, others as numbers or bigints. */
function toRecord(row: Row): StreamRecord {
  const text = (value: unknown) => (value === null ? undefined : String(value))
  return {
    id: String(row['id']),
    status: row['status'] as StreamStatus,
    epoch: Number(row['epoch']),
    base: Number(row['base']),
    length: Number(row['length']),
    stopRequested: row['stop_requested'] === true,
    error: text(row['error']),
    finishReason: text(row['finish_reason']),
    owner: text(row['owner']),
    leaseMs: Number(row['lease_ms']),
    lapsesAt: Number(row['lapses_at']),
    createdAt: Number(row['created_at']),
    endedAt: row['ended_at'] === null ? undefined : Number(row['ended_at']),
  }
}

/** The parameters of `replace`, without the rows. */
export function replaceValues(key: string, revision: string, record: StreamRecord): SqlValue[] {
  return [
    ...[key, revision, record.status, record.epoch, record.base, record.length, record.stopRequested],
    ...[record.error ?? null, record.owner ?? null, record.leaseMs, record.lapsesAt, record.endedAt ?? null],
    record.finishReason ?? null,
  ]
}

export function rowValues(added: readonly TextRow[]): SqlValue[] {
  return added.flatMap(({ start, text }) => [start, text])
}

/** A number that fits into a bigint column. */
export function toBigint(value: number): number {
  return Math.ceil(Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER))
}
