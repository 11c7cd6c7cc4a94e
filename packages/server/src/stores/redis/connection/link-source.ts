import { StreamServerError } from '../../../errors'
import { backoffMs } from '../../../timing/backoff'
import type { RedisLink } from './link'
import type { OpenedClient } from './open-client'

/** Provides the connection for acts. */
export interface LinkSource {
  get(): Promise<RedisLink>
  /**
   * The connection leads to the wrong server, so the next act gets another. Commands in flight over it may finish. A later
   * command is not carried out, and its error only says that the connection is closed.
   *
   * @param reason what the server said
   */
  retire(link: RedisLink, reason: unknown): void
  /** Why the connection was retired. `undefined` if it was not. */
  retiredFor(link: RedisLink): unknown
  /** A command over the connection timed out. A connection that the store opened is closed for that. */
  stalled(link: RedisLink): void
  /** The connection was closed because a command timed out. Other commands in flight over it got no response. */
  isStalled(link: RedisLink): boolean
  close(): void
}

/**
 * The connection of an application's client. The application connects, reconnects and closes it. Once it has led to the wrong
 * server, the store stops using it and opens connections with the same options.
 *
 * @param duplicate `undefined` for a client that finds the right server by itself, such as a cluster client
 */
export function lentSource(link: RedisLink, duplicate: (() => Promise<OpenedClient>) | undefined): LinkSource {
  if (duplicate === undefined)
    return {
      get: async () => link,
      retire() {},
      retiredFor: () => undefined,
      stalled() {},
      isStalled: () => false,
      close() {},
    }
  const own = ownSource(duplicate)
  let isLent = true
  return {
    ...own,
    get: async () => (isLent ? link : own.get()),
    retire(spent, reason) {
      if (spent === link) isLent = false
      else own.retire(spent, reason)
    },
  }
}

/** If a connection is lost or leads to the wrong server this soon, the next attempt waits as after a failure. In milliseconds. */
const steadyMs = 5_000

/**
 * A connection of the store. The first act opens it, and the first act after it was lost. It keeps no timer while no act
 * waits. Failed attempts back off up to 2 s.
 */
export function ownSource(open: () => Promise<OpenedClient>): LinkSource {
  let opening: Promise<OpenedClient> | undefined
  let opened: OpenedClient | undefined
  let openedAt = 0
  /** Open until their commands in flight have ended. */
  const retired = new Set<OpenedClient>()
  const reasons = new WeakMap<RedisLink, unknown>()
  const stalledLinks = new WeakSet<RedisLink>()
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
      // The callers that wait get the failure. The next act tries again.
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
    if (isClosed) throw new StreamServerError('store', 'this redisStore was disposed before it was connected.')
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
    retire: (link, reason) =>
      withLink(link, (client) => {
        retired.add(client)
        reasons.set(link, reason)
        client.finish()
      }),
    retiredFor: (link) => reasons.get(link),
    // The other end may be gone without a message. The system would wait for it for a quarter of an hour.
    stalled(link) {
      const close = (client: OpenedClient) => {
        stalledLinks.add(link)
        client.close()
      }
      withLink(link, close)
      // A retired connection waits for its commands in flight, which may never get a response.
      for (const client of retired) if (client.link === link) close(client)
    },
    isStalled: (link) => stalledLinks.has(link),
    close() {
      isClosed = true
      opened?.close()
      for (const client of retired) client.close()
    },
  }
}
