import type { StreamStatus } from '../../store/status'
import type { RecordChanges, SeenRecord } from '../shared/optimistic-store'
import type { StreamRecord } from '../shared/record'
import type { TextRow } from '../shared/transaction'
import type { Row, SqlValue } from './connection/database'

/** What `toSeenRecord` reads, besides `now`. */
export const columns =
  'key, id, revision, status, epoch, base, length, stop_requested, error, finish_reason, owner, lease_ms, lapses_at, created_at, ended_at, list_owner, list_group'

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
    listOwner: text(row['list_owner']),
    listGroup: text(row['list_group']),
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

export interface ChangedColumn {
  readonly column: string
  readonly type: 'text' | 'bigint' | 'boolean'
  /** What the value is added to, if it is no value of its own: the moment of the write, or the value that is there. */
  readonly counts: 'from-now' | 'up' | undefined
  readonly value: SqlValue
}

/** The columns of some fields, in the order of `changeable`, so that equal changes are equal statements. */
export function changedColumns(changes: RecordChanges): ChangedColumn[] {
  return changeable.flatMap(([field, column, type]) =>
    field in changes ? [{ column, type, counts: counting[field], value: changes[field] ?? null }] : [],
  )
}

const counting: Partial<Record<keyof RecordChanges, ChangedColumn['counts']>> = {
  epoch: 'up',
  lapsesAt: 'from-now',
  endedAt: 'from-now',
}

const changeable: readonly (readonly [keyof RecordChanges, string, ChangedColumn['type']])[] = [
  ['status', 'status', 'text'],
  ['epoch', 'epoch', 'bigint'],
  ['base', 'base', 'bigint'],
  ['length', 'length', 'bigint'],
  ['stopRequested', 'stop_requested', 'boolean'],
  ['error', 'error', 'text'],
  ['finishReason', 'finish_reason', 'text'],
  ['owner', 'owner', 'text'],
  ['leaseMs', 'lease_ms', 'bigint'],
  ['lapsesAt', 'lapses_at', 'bigint'],
  ['endedAt', 'ended_at', 'bigint'],
]

export function rowValues(added: readonly TextRow[]): SqlValue[] {
  return added.flatMap(({ start, text }) => [start, text])
}

/** A number that fits into a bigint column. */
export function toBigint(value: number): number {
  return Math.ceil(Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER))
}
