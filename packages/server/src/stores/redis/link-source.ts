import { StreamsError } from '../../errors'
import { backoffMs } from '../../timing/backoff'
import type { RedisLink } from './link'
import type { OpenedClient } from './open-client'

/** Where acts get their connection from. */
export interface LinkSource {
  get(): Promise<RedisLink>
  /** It leads to a server that is not the one to ask: the next act gets another. What is under way over it may end. */
  retire(link: RedisLink): void
  /** It was retired and is closed behind what it was asked until then: what is asked after that is not done. */
  isRetired(link: RedisLink): boolean
  /** A command over it was not answered in time. */
  stalled(link: RedisLink): void
  close(): void
}

/**
 * A client that was lent: its owner's to connect, to connect again and to close. Once it has led elsewhere it is left alone,
 * and the store connects by itself, as it is.
 *
 * @param duplicate `undefined` for a client that finds the right server by itself, as one of a cluster does
 */
export function lentSource(link: RedisLink, duplicate: (() => Promise<OpenedClient>) | undefined): LinkSource {
  if (duplicate === undefined)
    return { get: async () => link, retire() {}, isRetired: () => false, stalled() {}, close() {} }
  const own = ownSource(duplicate)
  let isLent = true
  return {
    ...own,
    get: async () => (isLent ? link : own.get()),
    retire(spent) {
      if (spent === link) isLent = false
      else own.retire(spent)
    },
  }
}

/** A connection that was lost or led elsewhere so soon was none: the next attempt waits as if this one had failed. */
const steadyMs = 5_000

/**
 * A connection of our own: opened by the first act, and by the first one after it was lost. It keeps no timer while nobody
 * asks. Attempts that fail are further and further apart, 2 s at the most.
 */
export function ownSource(open: () => Promise<OpenedClient>): LinkSource {
  let opening: Promise<OpenedClient> | undefined
  let opened: OpenedClient | undefined
  let openedAt = 0
  /** Open until what is under way over them has ended. */
  const retired = new Set<OpenedClient>()
  const retiredLinks = new WeakSet<RedisLink>()
  let isClosed = false
  let failures = 0
  let notBefore = 0

  function connect(): Promise<OpenedClient> {
    if (opening !== undefined) return opening
    const attempt = openWhenDue()
    opening = attempt
    attempt.then(
      (client) => {
        opened = client
        openedAt = performance.now()
        if (isClosed) client.close()
        void client.ended.then(() => {
          retired.delete(client)
          forget(client)
        })
      },
      // Told to whoever asked for the connection; the next act tries again.
      () => {
        failed()
        opening = undefined
      },
    )
    return attempt
  }

  async function openWhenDue(): Promise<OpenedClient> {
    const waitMs = notBefore - performance.now()
    if (waitMs > 0) await new Promise((resolve) => void setTimeout(resolve, waitMs))
    if (isClosed) throw new StreamsError('store', 'this redisStore was disposed before it was connected.')
    return open()
  }

  function failed(): void {
    failures += 1
    notBefore = performance.now() + backoffMs(failures, { firstMs: 50, longestMs: 2_000 })
  }

  function forget(client: OpenedClient): void {
    if (opened !== client) return
    opened = undefined
    opening = undefined
    if (performance.now() - openedAt > steadyMs) failures = 0
    else failed()
  }

  function withLink(link: RedisLink, leave: (client: OpenedClient) => void): void {
    if (opened?.link !== link) return
    const client = opened
    forget(client)
    leave(client)
  }

  return {
    get: async () => (await connect()).link,
    retire: (link) =>
      withLink(link, (client) => {
        retired.add(client)
        retiredLinks.add(link)
        client.finish()
      }),
    isRetired: (link) => retiredLinks.has(link),
    // The other end may be gone without a word, and the system would wait for it for a quarter of an hour.
    stalled(link) {
      withLink(link, (client) => client.close())
      // One that was retired waits for what is under way over it, which may never be answered.
      for (const client of retired) if (client.link === link) client.close()
    },
    close() {
      isClosed = true
      opened?.close()
      for (const client of retired) client.close()
    },
  }
}
