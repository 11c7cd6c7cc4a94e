import { StreamsError } from '../../errors'
import { backoffMs } from '../../timing/backoff'
import { settleWithin } from '../../timing/settle-within'
import type { RedisLink } from './link'
import type { LinkSource } from './link-source'
import { refusalOf } from './refusal'

/**
 * Runs `talk` on a connection and rejects within `timeoutMs`, whatever the client does with its commands. Runs it again on
 * another one where a server has refused it without doing anything.
 */
export type CallRedis = <T>(bucket: number, talk: (link: RedisLink) => Promise<T>) => Promise<T>

/**
 * So many questions about one bucket may be without an answer after their time. A client that is not connected keeps what
 * it is asked, with its text, for as long as that lasts.
 */
const maxOverdue = 4

export function createCallRedis(source: LinkSource, timeoutMs: number): CallRedis {
  const overdue = new Map<number, number>()

  return async (bucket, talk) => {
    if ((overdue.get(bucket) ?? 0) >= maxOverdue) {
      throw new StreamsError(
        'store',
        `redisStore is still without an answer to what it asked over ${timeoutMs} ms ago.`,
      )
    }
    let isGivenUp = false
    let link: RedisLink | undefined
    let refused: unknown
    const talking = insist()
    try {
      return await settleWithin(timeoutMs, talking, onLate)
    } catch (error) {
      throw explained(error)
    }

    function onLate(): StreamsError {
      isGivenUp = true
      add(bucket, 1)
      const settled = () => add(bucket, -1)
      talking.then(settled, settled)
      if (link !== undefined) source.stalled(link)
      if (refused !== undefined) return explained(refused, `found no server that did it within ${timeoutMs} ms: `)
      return new StreamsError(
        'store',
        `redisStore had no answer within ${timeoutMs} ms; what it asked for may be done all the same.`,
      )
    }

    /** Asks again what was refused by a server without doing anything, of another one if it was the wrong one. */
    async function insist() {
      for (let failures = 1; ; failures += 1) {
        try {
          link = undefined
          link = await source.get()
          if (isGivenUp) throw new Error('given up before there was a connection')
          return await talk(link)
        } catch (error) {
          // Others may have met a refusal over the same connection, and closed it before this was sent.
          const isRetired = link !== undefined && source.isRetired(link)
          const refusal = refusalOf(error, link === undefined) ?? (isRetired ? 'elsewhere' : undefined)
          // After a failover the new server may take a moment to be there.
          const isUnreached = link === undefined && refused !== undefined && !(error instanceof StreamsError)
          if (isGivenUp || (refusal === undefined && !isUnreached)) throw error
          if (refusal === 'elsewhere' && link !== undefined) source.retire(link)
          refused = error
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

/** Redis' own words, and the cure where there is one. */
function explained(error: unknown, what = 'could not do what it was asked: '): StreamsError {
  if (error instanceof StreamsError) return error
  // A client keeps the command with its arguments in its errors: the text and the meta must reach no log.
  if (error instanceof Error) delete (error as { command?: unknown }).command
  const words = error instanceof Error ? error.message : String(error)
  const [, cure] = cures.find(([pattern]) => pattern.test(words)) ?? []
  const message = `redisStore ${what}${words}${cure === undefined ? '' : ` ${cure}`}`
  return new StreamsError('store', message, { cause: error })
}

const cures: readonly (readonly [RegExp, string])[] = [
  [/\bOOM\b/, '(Redis is full: raise its maxmemory, or sweep.)'],
  [/^READONLY\b/, '(This server is a replica: connect to the primary, for reading too.)'],
  [/\bmax number of clients\b/, '(Raise its maxclients, or close connections.)'],
  [
    /\b(EPIPE|ECONNRESET)\b|^Connection is closed/,
    '(The connection was closed. If each new one is, does the server have as many as its maxclients?)',
  ],
  [/^(MOVED|CROSSSLOT)\b/, '(This server is one of a cluster: pass a cluster client, redisStore({ client }).)'],
]
