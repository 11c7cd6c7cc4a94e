import { StreamsError } from '../../errors'
import type { RedisLink } from './link'
import type { LinkSource } from './link-source'

/** Runs `talk` on a connection and rejects within `timeoutMs`, whatever the client does with its commands. */
export type Ask = <T>(bucket: number, talk: (link: RedisLink) => Promise<T>) => Promise<T>

/**
 * So many questions about one bucket may be without an answer after their time. A client that is not connected keeps what
 * it is asked, with its text, for as long as that lasts.
 */
const maxOverdue = 4

export function createAsk(source: LinkSource, timeoutMs: number): Ask {
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
    const talking = (async () => {
      link = await source.get()
      if (isGivenUp) throw new Error('given up before there was a connection')
      return talk(link)
    })()
    let timer: ReturnType<typeof setTimeout> | undefined
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        isGivenUp = true
        add(bucket, 1)
        const settled = () => add(bucket, -1)
        talking.then(settled, settled)
        if (link !== undefined) source.stalled(link)
        const message = `redisStore had no answer within ${timeoutMs} ms; what it asked for may be done all the same.`
        reject(new StreamsError('store', message))
      }, timeoutMs)
    })
    try {
      return await Promise.race([talking, timeout])
    } catch (error) {
      throw explained(error)
    } finally {
      clearTimeout(timer)
    }
  }

  function add(bucket: number, count: number): void {
    const now = (overdue.get(bucket) ?? 0) + count
    if (now === 0) overdue.delete(bucket)
    else overdue.set(bucket, now)
  }
}

/** Redis' own words, and the cure where there is one. */
function explained(error: unknown): StreamsError {
  if (error instanceof StreamsError) return error
  const words = error instanceof Error ? error.message : String(error)
  const [, cure] = cures.find(([pattern]) => pattern.test(words)) ?? []
  const message = `redisStore could not do what it was asked: ${words}${cure === undefined ? '' : ` ${cure}`}`
  return new StreamsError('store', message, { cause: error })
}

const cures: readonly (readonly [RegExp, string])[] = [
  [/\bOOM\b/, '(Redis is full: raise its maxmemory, or sweep.)'],
  [/^READONLY\b/, '(This server is a replica: connect to the primary.)'],
  [/^(MOVED|CROSSSLOT)\b/, '(This server is one of a cluster: pass a cluster client, redisStore({ client }).)'],
]
