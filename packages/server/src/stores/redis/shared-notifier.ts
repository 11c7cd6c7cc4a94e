import { settleWithin } from '../../timing/settle-within'
import type { ChangeNotifier } from '../shared/change-notifier'
import { createSharedNotifier, type ProbeTimes } from '../shared/shared-notifier'
import type { LinkSource } from './connection/link-source'

/** The limits of one message, in ids and in code units. Ids that do not fit are sent with the next message. */
const maxIds = 256
const maxLength = 16_384

/** A subscription that takes longer to open, in milliseconds, is given up: it may never open. */
const readyMs = 10_000

/** Change notifications over one channel. `clear` also stops sending and subscribing. */
export function sharedNotifier(source: LinkSource, channel: string, probe?: ProbeTimes): ChangeNotifier {
  const notifier = createSharedNotifier({
    take: (self, waiting) => [JSON.stringify([self, ...takeIds(waiting)])],
    async send(messages) {
      const link = await source.get()
      for (const message of messages) await link.publish(channel, message)
    },
    async subscribe(onMessage, onLost, signal) {
      const link = await source.get()
      signal.throwIfAborted()
      const subscription = link.subscribe(channel, onMessage)
      signal.addEventListener('abort', () => subscription.close())
      void subscription.ended.then(onLost)
      await settleWithin(readyMs, subscription.ready, () => new Error(`no subscription within ${readyMs} ms`))
      return async () => subscription.close()
    },
    maxWaiting: 10_000,
    longestRetryMs: 5_000,
    probe,
  })
  return {
    ...notifier,
    clear() {
      notifier.clear()
      // Without the ids that wait: Redis may not respond, and `dispose` must not wait for it.
      void notifier.close(false)
    },
  }
}

function takeIds(waiting: Set<string>): string[] {
  const ids: string[] = []
  let length = 0
  for (const id of waiting) {
    if (ids.length === maxIds || (ids.length > 0 && length + id.length > maxLength)) break
    waiting.delete(id)
    ids.push(id)
    length += id.length
  }
  return ids
}
