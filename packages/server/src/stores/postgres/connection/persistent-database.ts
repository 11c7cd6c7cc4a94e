import { StreamServerError } from '../../../errors'
import { backoffMs } from '../../../timing/backoff'
import type { Database, Row, SqlValue, Subscribe } from './database'
import { createLimiter } from './limiter'
import { type Refusal, refusalOf } from './refusal'
import { withinTimeout } from './within-timeout'

/** The connections of one client. */
export interface Connections {
  /** Sends a statement once. A connection that leads `elsewhere` or is `lost` is not used again. */
  query(text: string, values: readonly SqlValue[]): PendingQuery
  /** `undefined` if the client cannot listen. */
  readonly subscribe: Subscribe | undefined
  close(): Promise<void>
}

export interface PendingQuery {
  readonly rows: Promise<readonly Row[]>
  /** The caller does not wait any more. The connection may never respond again. */
  giveUp(): void
}

/**
 * A database that retries a statement over another connection if a server refused it without doing anything: because it has
 * no connection left, or because it does not (or not yet) take writes. All attempts together take at most `timeoutMs`.
 *
 * If the statement may have been carried out, it is retried only if it changes nothing. Otherwise the caller may repeat it.
 */
export function persistentDatabase({ query, subscribe, close }: Connections, timeoutMs: number): Database {
  const slots = createLimiter()
  return {
    query(text, values, { isRead = false } = {}) {
      let pending: PendingQuery | undefined
      let hasSlot = false
      let isOver = false
      let refused: { readonly refusal: Refusal; readonly error: unknown } | undefined

      async function runUntilDone(): Promise<readonly Row[]> {
        for (let failures = 0; ; failures += 1) {
          await slots.acquire(() => isOver, failures > 0)
          hasSlot = true
          let refusal: Refusal | undefined
          try {
            pending = query(text, values)
            return await pending.rows
          } catch (error) {
            refusal = refusalOf(error)
            if (isOver || refusal === undefined || !mayRetry(refusal, isRead, refused?.refusal)) throw error
            refused = { refusal, error }
          } finally {
            pending = undefined
            freeSlot(refusal === 'full')
          }
          // If the server is full, the limiter waits for a free slot instead.
          if (refusal !== 'full') await pause(backoffMs(failures + 1, { firstMs: 50, longestMs: 1_000 }))
        }
      }

      function freeSlot(wasFull: boolean): void {
        if (hasSlot) slots.release(wasFull)
        hasSlot = false
      }

      const giveUp = () => {
        isOver = true
        pending?.giveUp()
        // The client may keep the statement for any time.
        freeSlot(false)
      }
      return withinTimeout(
        timeoutMs,
        runUntilDone(),
        giveUp,
        () => refused && unavailable(refused.refusal, refused.error, timeoutMs),
      )
    },
    subscribe,
    close,
  }
}

/** After a failover the new server may need a moment to start. A database that is simply unreachable is reported at once. */
function mayRetry(refusal: Refusal, isRead: boolean, before: Refusal | undefined): boolean {
  switch (refusal) {
    case 'full':
    case 'elsewhere':
    case 'starting':
      return true
    case 'unreachable':
      return before === 'full' || before === 'elsewhere' || before === 'starting'
    case 'lost':
      return isRead
  }
}

function unavailable(refusal: Refusal, cause: unknown, timeoutMs: number): StreamServerError {
  const words = cause instanceof Error ? cause.message : String(cause)
  return new StreamServerError('store', `postgresStore ${descriptions[refusal]} within ${timeoutMs} ms: ${words}`, {
    cause,
  })
}

const descriptions: Record<Refusal, string> = {
  full:
    'got no connection, because the server has none left (raise its max_connections, or lower maxConnections of ' +
    'postgresStore or of your pool),',
  elsewhere: 'found no server that takes writes (it needs the primary, for reading too)',
  starting: 'found the server starting or stopping',
  unreachable: 'reached no server that takes writes',
  lost: 'lost its connections again and again',
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
