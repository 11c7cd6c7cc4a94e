import { type ChangeNotifier, createChangeNotifier } from './change-notifier'
import type { LivenessProbeOptions } from './liveness-probe'
import { createNotificationSender, type NotificationSenderOptions } from './notification-sender'
import { createSubscriptionKeeper, type SubscriptionKeeperOptions } from './subscription-keeper'

export interface SharedNotifierOptions
  extends Pick<NotificationSenderOptions, 'send' | 'maxWaiting'>,
    Pick<SubscriptionKeeperOptions, 'subscribe' | 'longestRetryMs'> {
  /** As `take` of the sender. A payload is the JSON array of `self` and ids. */
  readonly take: (self: string, waiting: Set<string>) => readonly string[]
  readonly probe?: ProbeTimes | undefined
}

/** How long the subscription stays open without a watcher, in milliseconds: the next watcher often comes soon. */
const lingerMs = 5_000

export type ProbeTimes = Pick<LivenessProbeOptions, 'everyMs' | 'waitMs'>

export interface SharedNotifier extends ChangeNotifier {
  /** Stops sending and subscribing. With `flush`, it sends the ids that wait before. */
  close(flush: boolean): Promise<void>
}

/**
 * Notifies the watchers of this process at once, and other processes through the database. No act waits for a
 * notification. The subscription is open only while there are watchers.
 */
export function createSharedNotifier(options: SharedNotifierOptions): SharedNotifier {
  const { take, send, subscribe, maxWaiting, longestRetryMs, probe } = options
  const local = createChangeNotifier()
  /** Begins every payload, so that this process can skip its own. */
  const self = crypto.randomUUID()
  const sender = createNotificationSender({ take: (waiting) => take(self, waiting), send, maxWaiting })
  const keeper = createSubscriptionKeeper({
    subscribe,
    longestRetryMs,
    onMessage: (payload) => readPayload(self, payload).forEach(local.notify),
    // It has no ids, so that other processes do nothing.
    probe: { ...probe, send: () => send([JSON.stringify([self])]) },
  })
  let watchers = 0
  let lingering: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  return {
    watch(onChange) {
      const unwatch = local.watch(onChange)
      let isWatching = true
      watchers += 1
      clearTimeout(lingering)
      if (!isClosed) keeper.start()
      return () => {
        if (!isWatching) return
        isWatching = false
        unwatch()
        watchers -= 1
        if (watchers === 0 && !isClosed) lingering = setTimeout(() => void keeper.stop(), lingerMs)
      }
    },
    notify(id) {
      local.notify(id)
      sender.notify(id)
    },
    clear: local.clear,
    async close(flush) {
      isClosed = true
      clearTimeout(lingering)
      await Promise.all([sender.close(flush), keeper.stop()])
    },
  }
}

/** The ids in a payload of another process. Empty for a payload of this process, or of another program. */
export function readPayload(self: string, payload: string): string[] {
  let parts: unknown
  try {
    parts = JSON.parse(payload)
  } catch {
    // Any program with access to the database may send on any channel.
    return []
  }
  if (!Array.isArray(parts) || parts[0] === self) return []
  return parts.slice(1).filter((id): id is string => typeof id === 'string')
}
