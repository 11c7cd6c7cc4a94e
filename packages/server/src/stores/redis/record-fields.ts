import { StreamServerError } from '../../errors'
import type { StreamStatus } from '../../store/status'
import type { StreamRecord } from '../shared/record'
import { recordFields } from './scripts'

/** The fields of a record that may change, as field, value, field, value. Optional text is JSON, or empty. */
export function changingFields(record: StreamRecord): string[] {
  return flat({
    status: record.status,
    epoch: record.epoch,
    base: record.base,
    length: record.length,
    stopRequested: record.stopRequested ? 1 : 0,
    error: optional(record.error),
    finishReason: optional(record.finishReason),
    owner: optional(record.owner),
    leaseMs: record.leaseMs,
    lapsesAt: record.lapsesAt,
    endedAt: record.endedAt ?? '',
  })
}

export function optional(text: string | undefined): string {
  return text === undefined ? '' : JSON.stringify(text)
}

export interface RedisRecord {
  readonly record: StreamRecord
  readonly now: number
  readonly revision: string
  readonly birth: string
}

/** Reads the result of a script. `undefined` if there is no record. */
export function toRecord(id: string, values: unknown, now: number): RedisRecord | undefined {
  const fields = Object.fromEntries(recordFields.map((field, i) => [field, (values as unknown[])[i]])) as Fields
  if (fields.status === null) return undefined
  const [length, epoch, base] = [fields.length, fields.epoch, fields.base].map(Number) as [number, number, number]
  if (![length, epoch, base].every((value) => Number.isSafeInteger(value) && value >= 0)) {
    const message = `redisStore found a record of "${id}" that it did not write. Does another program use its prefix?`
    throw new StreamServerError('corrupt', message)
  }
  const record: StreamRecord = {
    id,
    status: fields.status,
    epoch,
    base,
    length,
    stopRequested: fields.stopRequested === '1',
    error: text(fields.error),
    finishReason: text(fields.finishReason),
    owner: text(fields.owner),
    leaseMs: Number(fields.leaseMs),
    lapsesAt: Number(fields.lapsesAt),
    createdAt: Number(fields.createdAt),
    endedAt: fields.endedAt === '' ? undefined : Number(fields.endedAt),
  }
  return { record, now, revision: fields.revision, birth: fields.birth }
}

/** Like `toRecord`, but `undefined` for a damaged record too. */
export function toRecordIfWhole(id: string, values: unknown, now: number): RedisRecord | undefined {
  try {
    return toRecord(id, values, now)
  } catch {
    return undefined // A read of the stream itself reports why.
  }
}

type Fields = Record<Exclude<(typeof recordFields)[number], 'status'>, string> & {
  readonly status: StreamStatus | null
}

function text(value: string): string | undefined {
  return value === '' ? undefined : (JSON.parse(value) as string)
}

function flat(fields: Record<string, string | number>): string[] {
  return Object.entries(fields).flatMap(([field, value]) => [field, String(value)])
}
