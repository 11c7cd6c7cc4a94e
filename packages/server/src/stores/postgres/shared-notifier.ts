import { type ChangeNotifier, createChangeNotifier } from '../shared/change-notifier'
import { createLivenessProbe, type LivenessProbe, type LivenessProbeOptions } from '../shared/liveness-probe'
import type { Database } from './database'
import { createListener } from './listener'
import { createNotificationSender, unpack } from './notification-sender'

export interface SharedNotifierOptions {
  readonly channel: string
  readonly open: () => Promise<Database>
  readonly probe?: Pick<LivenessProbeOptions, 'everyMs' | 'waitMs'>
}

export interface SharedNotifier extends ChangeNotifier {
  /** Tells the others what they do not know yet, and stops listening. */
  close(): Promise<void>
}

/** How long it goes on listening without a watcher: the next one often comes soon. */
const lingerMs = 5_000

/**
 * Hints of this process, at once, and of all others, through LISTEN and NOTIFY. Neither is part of any act: in the
 * transaction of an append NOTIFY would make all appends of the database wait for each other.
 */
export function sharedNotifier({ channel, open, probe: pulseOptions }: SharedNotifierOptions): SharedNotifier {
  const local = createChangeNotifier()
  const sender = crypto.randomUUID()
  async function send(payloads: readonly string[]): Promise<void> {
    const database = await open()
    await database.query(
      'SELECT pg_notify($1::text, payload) FROM json_array_elements_text($2::text::json) AS payload',
      [channel, JSON.stringify(payloads)],
    )
  }
  const notifier = createNotificationSender({ sender, send })
  const listener = createListener({
    async subscribe(onLost, onHeard) {
      const { subscribe } = await open()
      if (subscribe === undefined) return async () => undefined
      let pulse: LivenessProbe | undefined
      const end = await subscribe(
        channel,
        (payload) => {
          pulse?.heard()
          onHeard()
          unpack(sender, payload).forEach(local.notify)
        },
        () => {
          pulse?.stop()
          onLost()
        },
      )
      pulse = createLivenessProbe({
        ...pulseOptions,
        // Of this process, and of no stream: others do nothing about it.
        send: () => send([JSON.stringify([sender])]),
        onSilent() {
          // What ends it may fail as silently.
          end().catch(() => undefined)
          onLost()
        },
      })
      return async () => {
        pulse?.stop()
        await end()
      }
    },
  })
  let watchers = 0
  let lingering: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  return {
    watch(onHint) {
      const unwatch = local.watch(onHint)
      let isWatching = true
      watchers += 1
      clearTimeout(lingering)
      if (!isClosed) listener.start()
      return () => {
        if (!isWatching) return
        isWatching = false
        unwatch()
        watchers -= 1
        if (watchers === 0 && !isClosed) lingering = setTimeout(() => void listener.stop(), lingerMs)
      }
    },
    notify(id) {
      local.notify(id)
      notifier.notify(id)
    },
    clear: local.clear,
    async close() {
      isClosed = true
      clearTimeout(lingering)
      await Promise.all([notifier.close(), listener.stop()])
    },
  }
}
