import { StreamsError } from '../../errors'
import { doublingMs } from './doubling'
import type { RedisLink } from './link'
import type { OpenedClient } from './open-client'

/** Where acts get their connection from. */
export interface LinkSource {
  get(): Promise<RedisLink>
  /** A command over it was not answered in time. */
  stalled(link: RedisLink): void
  close(): void
}

/** An injected client, which is its owner's to connect, to connect again and to close. */
export function injectedSource(link: RedisLink): LinkSource {
  return { get: async () => link, stalled() {}, close() {} }
}

/**
 * A connection of our own: opened by the first act, and by the first one after it was lost. It keeps no timer while nobody
 * asks. Attempts that fail are further and further apart, 2 s at the most.
 */
export function ownSource(open: () => Promise<OpenedClient>): LinkSource {
  let opening: Promise<OpenedClient> | undefined
  let opened: OpenedClient | undefined
  let isClosed = false
  let failures = 0
  let notBefore = 0

  function connect(): Promise<OpenedClient> {
    if (opening !== undefined) return opening
    const attempt = openWhenDue()
    opening = attempt
    attempt.then(
      (client) => {
        failures = 0
        opened = client
        if (isClosed) client.close()
        void client.ended.then(() => forget(client))
      },
      // Told to whoever asked for the connection; the next act tries again.
      () => {
        failures += 1
        notBefore = performance.now() + doublingMs(failures, { firstMs: 50, longestMs: 2_000 })
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

  function forget(client: OpenedClient): void {
    if (opened !== client) return
    opened = undefined
    opening = undefined
  }

  return {
    get: async () => (await connect()).link,
    // The other end may be gone without a word, and the system would wait for it for a quarter of an hour.
    stalled(link) {
      if (opened?.link !== link) return
      const client = opened
      forget(client)
      client.close()
    },
    close() {
      isClosed = true
      opened?.close()
    },
  }
}
