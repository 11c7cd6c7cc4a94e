import { StreamServerError } from '../../../errors'
import { backoffMs } from '../../../timing/backoff'
import { settleWithin } from '../../../timing/settle-within'
import type { RedisLink } from './link'
import type { LinkSource } from './link-source'
import { refusalOf } from './refusal'

/**
 * Runs `talk` on a connection and rejects after `timeoutMs`, even if the client still holds its commands. If a server refused
 * it without doing anything, it runs again on another connection.
 */
export type CallRedis = <T>(bucket: number, talk: (link: RedisLink) => Promise<T>) => Promise<T>

/**
 * How many calls of one bucket may still be open after they timed out. A client that is not connected holds its commands,
 * with their text, until it connects.
 */
const maxOverdue = 4

export function createCallRedis(source: LinkSource, timeoutMs: number): CallRedis {
  const overdue = new Map<number, number>()

  return async (bucket, talk) => {
    if ((overdue.get(bucket) ?? 0) >= maxOverdue) {
      throw new StreamServerError(
        'store',
        `redisStore still waits for the response to earlier calls that took longer than ${timeoutMs} ms.`,
      )
    }
    let isGivenUp = false
    let link: RedisLink | undefined
    let refused: unknown
    const talking = runUntilDone()
    try {
      return await settleWithin(timeoutMs, talking, onLate)
    } catch (error) {
      // An earlier call over the same connection may have timed out and closed it, moments before this one would.
      throw link !== undefined && source.isStalled(link) ? unanswered() : explained(error)
    }

    function onLate(): StreamServerError {
      isGivenUp = true
      add(bucket, 1)
      const settled = () => add(bucket, -1)
      talking.then(settled, settled)
      if (link !== undefined) source.stalled(link)
      return unanswered()
    }

    function unanswered(): StreamServerError {
      if (refused !== undefined)
        return explained(refused, `found no server that accepted the call within ${timeoutMs} ms: `)
      return new StreamServerError(
        'store',
        `redisStore got no response within ${timeoutMs} ms. The call may have been carried out.`,
      )
    }

    /** Retries if a server refused the call without doing anything. Uses another server if it was the wrong one. */
    async function runUntilDone() {
      for (let failures = 1; ; failures += 1) {
        try {
          link = undefined
          link = await source.get()
          if (isGivenUp) throw new Error('timed out before there was a connection')
          return await talk(link)
        } catch (error) {
          // Another call may have been refused over the same connection, and closed it before this one was sent.
          const reason = (link !== undefined && source.retiredFor(link)) || error
          const refusal = refusalOf(reason, link === undefined)
          // After a failover the new server may need a moment to start.
          const isUnreached = link === undefined && refused !== undefined && !(error instanceof StreamServerError)
          if (isGivenUp || (refusal === undefined && !isUnreached)) throw error
          if (refusal === 'elsewhere' && link !== undefined) source.retire(link, reason)
          refused = reason
        }
        await new Promise((resolve) => void setTimeout(resolve, backoffMs(failures, pauses)))
      }
    }
  }

  function add(bucket: number, count: number): void {
    const now = (overdue.get(bucket) ?? 0) + count
    if (now === 0) overdue.delete(bucket)
    else overdue.set(bucket, now)
  }
}

const pauses = { firstMs: 50, longestMs: 1_000 }

/** The message of Redis, with a remedy if there is one. */
function explained(error: unknown, what = 'could not carry out the call: '): StreamServerError {
  if (error instanceof StreamServerError) return error
  // Clients attach the command to their errors, with its arguments. Text and meta must not reach a log.
  if (error instanceof Error) delete (error as { command?: unknown }).command
  const words = error instanceof Error ? error.message : String(error)
  const [, remedy] = remedies.find(([pattern]) => pattern.test(words)) ?? []
  const message = `redisStore ${what}${words}${remedy === undefined ? '' : ` ${remedy}`}`
  return new StreamServerError('store', message, { cause: error })
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/\bOOM\b/, '(Redis is full: raise its maxmemory, or sweep.)'],
  [/^READONLY\b/, '(This server is a replica: connect to the primary, for reading too.)'],
  [/\bmax number of clients\b/, '(Raise its maxclients, or close connections.)'],
  [
    /\b(EPIPE|ECONNRESET)\b|^Connection is closed/,
    '(The connection was closed. If each new one is, does the server have as many as its maxclients?)',
  ],
  [/^(MOVED|CROSSSLOT)\b/, '(This server is one of a cluster: pass a cluster client, redisStore({ client }).)'],
]
