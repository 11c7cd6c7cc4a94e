import type { SourceError } from '../errors'
import type { ConnectionUpdate, Update } from '../merge/session-state'
import type { LiveSink, SubscriptionSink, TailSink } from '../types'
import { checkChunk, checkConnection, checkEnd, checkFailure, checkSnapshot, isCount } from './check-source'

/** What an attempt does with the reports of its source. */
export interface Reports {
  read(reading: Update): void
  show(update: ConnectionUpdate): void
  /** Bytes arrived, without text. */
  alive(): void
  failed(error: SourceError): void
}

/** Where a source of any kind reports. A malformed result ends the attempt; it is not thrown into the source. */
export function createSink({
  read,
  show,
  alive,
  failed,
}: Reports): LiveSink & TailSink & Omit<SubscriptionSink, 'lost'> {
  const take =
    <Raw, Checked>(check: (raw: Raw) => Checked, use: (result: Checked) => void) =>
    (raw: Raw) => {
      let result: Checked
      try {
        result = check(raw)
      } catch (cause) {
        return failed(cause as SourceError)
      }
      use(result)
    }
  return {
    chunk: take((chunk) => plain(chunk, false) ?? { ...checkChunk(chunk), status: 'streaming' as const }, read),
    end: take(checkEnd, ({ end, ...rest }) => read({ ...rest, offset: end, text: '' })),
    next: take((snapshot) => plain(snapshot, true) ?? { ...checkSnapshot(snapshot), isSnapshot: true }, read),
    fail: (cause) => show({ error: checkFailure(cause) }),
    connection: take(checkConnection, (connection) => show({ connection })),
    alive,
  }
}

/** A part of a text that goes on, if every field is as the rules want it. Most results are, so this must cost little. */
function plain(result: unknown, isSnapshot: boolean): Update | undefined {
  const given = result as Partial<Update> | null | undefined
  if (!given || (isSnapshot && !given.status)) return
  const { offset, text, status = 'streaming', origin, upToDate = true, stalled = false, error, finishReason } = given
  if (
    typeof text === 'string' &&
    isCount(offset) &&
    status === 'streaming' &&
    (origin === undefined || (isCount(origin?.epoch) && isCount(origin.base))) &&
    typeof upToDate === 'boolean' &&
    typeof stalled === 'boolean' &&
    error === undefined &&
    finishReason === undefined
  )
    return { offset, text, status, origin, upToDate, stalled, isSnapshot }
  return
}
