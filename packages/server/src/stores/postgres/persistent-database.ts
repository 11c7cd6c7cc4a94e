import { StreamsError } from '../../errors'
import { backoffMs } from '../../timing/backoff'
import type { Database, Row, SqlValue, Subscribe } from './database'
import { createLimiter } from './limiter'
import { type Refusal, refusalOf } from './refusal'
import { withinTimeout } from './within-timeout'

/** The connections of one client. */
export interface Connections {
  /** Asks once. A connection that leads `elsewhere`, or is `lost`, is not used again. */
  query(text: string, values: readonly SqlValue[]): PendingQuery
  /** `undefined` where the client cannot listen. */
  readonly subscribe: Subscribe | undefined
  close(): Promise<void>
}

export interface PendingQuery {
  readonly rows: Promise<readonly Row[]>
  /** Nobody waits for the answer any more. What it is asked over may never answer again. */
  giveUp(): void
}

/**
 * A database that asks again, over another connection, what a server has refused without doing anything: because it has no
 * connection left, or because it is not (or not yet) the one for writes. All of it within `timeoutMs`.
 *
 * What may have been done is asked again only where it changes nothing. Everything else is the caller's to repeat.
 */
export function persistentDatabase({ query, subscribe, close }: Connections, timeoutMs: number): Database {
  const room = createLimiter()
  return {
    query(text, values, { isRead = false } = {}) {
      let asked: PendingQuery | undefined
      let isInside = false
      let isOver = false
      let refused: { readonly refusal: Refusal; readonly error: unknown } | undefined

      async function insist(): Promise<readonly Row[]> {
        for (let failures = 0; ; failures += 1) {
          await room.acquire(() => isOver, failures > 0)
          isInside = true
          let refusal: Refusal | undefined
          try {
            asked = query(text, values)
            return await asked.rows
          } catch (error) {
            refusal = refusalOf(error)
            if (isOver || refusal === undefined || !mayAskAgain(refusal, isRead, refused?.refusal)) throw error
            refused = { refusal, error }
          } finally {
            asked = undefined
            leave(refusal === 'full')
          }
          // Where the server is full, the room waits for whoever leaves it.
          if (refusal !== 'full') await pause(backoffMs(failures + 1, { firstMs: 50, longestMs: 1_000 }))
        }
      }

      function leave(wasFull: boolean): void {
        if (isInside) room.release(wasFull)
        isInside = false
      }

      const giveUp = () => {
        isOver = true
        asked?.giveUp()
        // A client may keep the question for as long as it likes.
        leave(false)
      }
      return withinTimeout(
        timeoutMs,
        insist(),
        giveUp,
        () => refused && unavailable(refused.refusal, refused.error, timeoutMs),
      )
    },
    subscribe,
    close,
  }
}

/** A new server may take a moment to be there; a database that is simply away is told of at once. */
function mayAskAgain(refusal: Refusal, isRead: boolean, before: Refusal | undefined): boolean {
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

function unavailable(refusal: Refusal, cause: unknown, timeoutMs: number): StreamsError {
  const words = cause instanceof Error ? cause.message : String(cause)
  return new StreamsError('store', `postgresStore ${inWords[refusal]} within ${timeoutMs} ms: ${words}`, { cause })
}

const inWords: Record<Refusal, string> = {
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
