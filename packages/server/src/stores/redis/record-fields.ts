import { StreamServerError } from '../../errors'
import type { StreamStatus } from '../../store/status'
import type { StreamRecord } from '../shared/record'

/** The fields of a record, in the order in which scripts return them. Only this store uses `revision` and `birth`. */
export const recordFields = [
  'status',
  'epoch',
  'base',
  'length',
  'stopRequested',
  'error',
  'finishReason',
  'owner',
  'leaseMs',
  'lapsesAt',
  'createdAt',
  'endedAt',
  'listOwner',
  'listGroup',
  'revision',
  'birth',
] as const

/** The fields that may change, as field, value, field, value. Optional text is JSON, or empty. */
export function changingFields({
  id: _,
  createdAt: __,
  listOwner: ___,
  listGroup: ____,
  ...changing
}: Partial<StreamRecord>): string[] {
  return Object.entries(changing).flatMap(([field, value]) => [field, stored(field, value)])
}

function stored(field: string, value: string | number | boolean | undefined): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (value === undefined) return ''
  return typeof value === 'string' && field !== 'status' ? JSON.stringify(value) : String(value)
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
    error: toText(fields.error),
    finishReason: toText(fields.finishReason),
    owner: toText(fields.owner),
    leaseMs: Number(fields.leaseMs),
    lapsesAt: Number(fields.lapsesAt),
    createdAt: Number(fields.createdAt),
    endedAt: fields.endedAt === '' ? undefined : Number(fields.endedAt),
    listOwner: toText(fields.listOwner),
    listGroup: toText(fields.listGroup),
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

/** The opposite of `optional`. */
export function toText(value: string | null | undefined): string | undefined {
  return !value ? undefined : (JSON.parse(value) as string)
}
