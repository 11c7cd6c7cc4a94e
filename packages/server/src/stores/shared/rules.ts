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
import { isLapsed, type StoreMoment, type StreamRecord, toHead } from './record'

/** The result of an act, and the record after it. The same reference means that nothing changed. */
export interface Outcome<Result> {
  readonly record: StreamRecord
  readonly result: Result
}

/**
 * A `pending` stream becomes `streaming` under the next epoch. So does a lapsed stream, if the request may take over. If a
 * stop was requested, the stream ends instead.
 */
export function claimStream(record: StreamRecord, request: ClaimRequest, moment: StoreMoment): Outcome<ClaimResult> {
  if (isTerminal(record.status)) return { record, result: { type: 'terminal', head: toHead(record, moment) } }
  const isOwn = record.owner === request.owner
  const isFree = record.status === 'pending' || (request.canTakeOver && isLapsed(record, moment))
  if (!isOwn && !isFree) return { record, result: { type: 'busy', head: toHead(record, moment) } }
  if (!isOwn && record.stopRequested) {
    const stopped = endLapsed(record, moment)
    return { record: stopped, result: { type: 'terminal', head: toHead(stopped, moment) } }
  }

  const lease = { leaseMs: Math.ceil(request.leaseMs), renewedAt: moment.now }
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
  return { record: claimed, result: { type: 'claimed', epoch: claimed.epoch, offset: claimed.length } }
}

/** Compare-and-append. If the result is `ok`, the caller stores `request.text` at `request.offset`. */
export function appendText(record: StreamRecord, request: AppendRequest, moment: StoreMoment): Outcome<WriteResult> {
  if (!holds(record, request.epoch) || record.length !== request.offset) return conflict(record, moment)
  return ok({ ...record, length: record.length + request.text.length, renewedAt: moment.now })
}

/** Renews the lease, also one that has expired while the stream has not ended. */
export function renewLease(record: StreamRecord, epoch: number, moment: StoreMoment): Outcome<WriteResult> {
  if (!holds(record, epoch)) return conflict(record, moment)
  return ok({ ...record, renewedAt: moment.now })
}

/** Appends the last text and ends the stream. The same close again, after an unknown outcome, is `ok` too. */
export function closeStream(record: StreamRecord, request: CloseRequest, moment: StoreMoment): Outcome<WriteResult> {
  if (isRepeatedClose(record, request)) return ok(record)
  if (!holds(record, request.epoch) || record.length !== request.offset) return conflict(record, moment)
  const length = record.length + request.text.length
  const { status, error, finishReason } = request
  return ok({ ...record, length, status, error, finishReason, endedAt: moment.now })
}

/** Stores that a stop is requested. A `pending` stream has no producer, so it becomes `stopped` at once. */
export function stopStream(record: StreamRecord, moment: StoreMoment): Outcome<StreamHead> {
  if (isTerminal(record.status) || record.stopRequested) return { record, result: toHead(record, moment) }
  const requested: StreamRecord = { ...record, stopRequested: true }
  const stopped: StreamRecord =
    record.status === 'pending' ? { ...requested, status: 'stopped', endedAt: moment.now } : requested
  return { record: stopped, result: toHead(stopped, moment) }
}

/** Ends the stream, only if it has lapsed and was not claimed since `epoch` was read. */
export function expireStream(record: StreamRecord, epoch: number, moment: StoreMoment): Outcome<ExpireResult> {
  if (record.epoch !== epoch || !isLapsed(record, moment)) {
    return { record, result: { type: 'kept', head: toHead(record, moment) } }
  }
  const expired = endLapsed(record, moment)
  return { record: expired, result: { type: 'expired', head: toHead(expired, moment) } }
}

/** If a stop was requested, the stream ends as `stopped`, although its producer died before it could do that. */
function endLapsed(record: StreamRecord, moment: StoreMoment): StreamRecord {
  return { ...record, status: record.stopRequested ? 'stopped' : 'timeout', endedAt: moment.now }
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

function conflict(record: StreamRecord, moment: StoreMoment): Outcome<WriteResult> {
  return { record, result: { type: 'conflict', head: toHead(record, moment) } }
}
