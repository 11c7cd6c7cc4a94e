import type { SourceError } from '../errors'
import type { ConnectionUpdate, Update } from '../merge/session-state'
import type { LiveSink, SubscriptionSink, TailSink } from '../types'
import { checkChunk, checkConnection, checkEnd, checkFailure, checkSnapshot } from './check-source'

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
    chunk: take(checkChunk, (chunk) => read({ ...chunk, status: 'streaming' })),
    end: take(checkEnd, ({ end, ...rest }) => read({ ...rest, offset: end, text: '' })),
    next: take(checkSnapshot, (snapshot) => read({ ...snapshot, isSnapshot: true })),
    fail: (cause) => show({ error: checkFailure(cause) }),
    connection: take(checkConnection, (connection) => show({ connection })),
    alive,
  }
}
