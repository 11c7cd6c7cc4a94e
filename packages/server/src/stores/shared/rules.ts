import { isTerminal } from '../../store/status'
import type {
  AppendRequest,
  ClaimRequest,
  ClaimResult,
  CloseRequest,
  ExpireResult,
  StreamHead,
  WriteResult,
} from '../../store/stream-store'
import { isLapsed, lapseOfLease, type StreamRecord, toHead } from './record'

/** The result of an act, and the record after it. The same reference means that nothing changed. */
export interface Outcome<Result> {
  readonly record: StreamRecord
  readonly result: Result
}

/**
 * A `pending` stream becomes `streaming` under the next epoch. So does a lapsed stream, if the request may take over. If a
 * stop was requested, the stream ends instead.
 */
export function claimStream(
  record: StreamRecord,
  request: ClaimRequest,
  now: number,
  metaJson: string,
): Outcome<ClaimResult> {
  if (isTerminal(record.status)) return { record, result: { type: 'terminal', head: toHead(record, now) } }
  const isOwn = record.owner === request.owner
  const isFree = record.status === 'pending' || (request.canTakeOver && isLapsed(record, now))
  if (!isOwn && !isFree) return { record, result: { type: 'busy', head: toHead(record, now) } }
  if (!isOwn && record.stopRequested) {
    const stopped = endLapsed(record, now)
    return { record: stopped, result: { type: 'terminal', head: toHead(stopped, now) } }
  }

  const leaseMs = Math.ceil(request.leaseMs)
  const lease = { leaseMs, lapsesAt: lapseOfLease(leaseMs, now) }
  const claimed: StreamRecord = isOwn
    ? { ...record, ...lease }
    : {
        ...record,
        ...lease,
        status: 'streaming',
        owner: request.owner,
        epoch: record.epoch + 1,
        base: record.length,
      }
  const { epoch, length: offset } = claimed
  return { record: claimed, result: { type: 'claimed', epoch, offset, meta: JSON.parse(metaJson) } }
}

/** Compare-and-append. If the result is `ok`, the caller stores `request.text` at `request.offset`. */
export function appendText(record: StreamRecord, request: AppendRequest, now: number): Outcome<WriteResult> {
  if (!holds(record, request.epoch) || record.length !== request.offset) return conflict(record, now)
  return ok({ ...record, length: record.length + request.text.length, lapsesAt: lapseOfLease(record.leaseMs, now) })
}

/** Renews the lease, also one that has expired while the stream has not ended. */
export function renewLease(record: StreamRecord, epoch: number, now: number): Outcome<WriteResult> {
  if (!holds(record, epoch)) return conflict(record, now)
  return ok({ ...record, lapsesAt: lapseOfLease(record.leaseMs, now) })
}

/** Appends the last text and ends the stream. The same close again, after an unknown outcome, is `ok` too. */
export function closeStream(record: StreamRecord, request: CloseRequest, now: number): Outcome<WriteResult> {
  if (isRepeatedClose(record, request)) return ok(record)
  if (!holds(record, request.epoch) || record.length !== request.offset) return conflict(record, now)
  const length = record.length + request.text.length
  const { status, error, finishReason } = request
  return ok({ ...record, length, status, error, finishReason, endedAt: now })
}

/** Stores that a stop is requested. A `pending` stream has no producer, so it becomes `stopped` at once. */
export function stopStream(record: StreamRecord, now: number): Outcome<StreamHead> {
  if (isTerminal(record.status) || record.stopRequested) return { record, result: toHead(record, now) }
  const requested: StreamRecord = { ...record, stopRequested: true }
  const stopped: StreamRecord =
    record.status === 'pending' ? { ...requested, status: 'stopped', endedAt: now } : requested
  return { record: stopped, result: toHead(stopped, now) }
}

/** Ends the stream, only if it has lapsed and was not claimed since `epoch` was read. */
export function expireStream(record: StreamRecord, epoch: number, now: number): Outcome<ExpireResult> {
  if (record.epoch !== epoch || !isLapsed(record, now)) {
    return { record, result: { type: 'kept', head: toHead(record, now) } }
  }
  const expired = endLapsed(record, now)
  return { record: expired, result: { type: 'expired', head: toHead(expired, now) } }
}

/** If a stop was requested, the stream ends as `stopped`, although its producer died before it could do that. */
function endLapsed(record: StreamRecord, now: number): StreamRecord {
  return { ...record, status: record.stopRequested ? 'stopped' : 'timeout', endedAt: now }
}

function holds(record: StreamRecord, epoch: number): boolean {
  return record.status === 'streaming' && record.epoch === epoch
}

function isRepeatedClose(record: StreamRecord, request: CloseRequest): boolean {
  return (
    record.status === request.status &&
    record.epoch === request.epoch &&
    record.length === request.offset + request.text.length &&
    record.error === request.error &&
    record.finishReason === request.finishReason
  )
}

function ok(record: StreamRecord): Outcome<WriteResult> {
  return { record, result: { type: 'ok', offset: record.length, stopRequested: record.stopRequested } }
}

function conflict(record: StreamRecord, now: number): Outcome<WriteResult> {
  return { record, result: { type: 'conflict', head: toHead(record, now) } }
}
