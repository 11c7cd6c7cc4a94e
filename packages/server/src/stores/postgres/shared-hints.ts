import { createHints, type Hints } from '../hints'
import type { Database } from './database'
import { createListener } from './listener'
import { createNotifier, unpack } from './notifier'

export interface SharedHintsOptions {
  readonly channel: string
  readonly open: () => Promise<Database>
}

export interface SharedHints extends Hints {
  /** Tells the others what they do not know yet, and stops listening. */
  close(): Promise<void>
}

/** How long it goes on listening without a watcher: the next one often comes soon. */
const lingerMs = 5_000

/**
 * Hints of this process, at once, and of all others, through LISTEN and NOTIFY. Neither is part of any act: in the
 * transaction of an append NOTIFY would make all appends of the database wait for each other.
 */
export function sharedHints({ channel, open }: SharedHintsOptions): SharedHints {
  const local = createHints()
  const sender = crypto.randomUUID()
  const notifier = createNotifier({
    sender,
    async send(payloads) {
      const database = await open()
      await database.query(
        'SELECT pg_notify($1::text, payload) FROM json_array_elements_text($2::text::json) AS payload',
        [channel, JSON.stringify(payloads)],
      )
    },
  })
  const listener = createListener({
    async subscribe(onLost) {
      const { subscribe } = await open()
      if (subscribe === undefined) return async () => undefined
      return subscribe(channel, (payload) => unpack(sender, payload).forEach(local.tell), onLost)
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
    tell(id) {
      local.tell(id)
      notifier.tell(id)
    },
    clear: local.clear,
    async close() {
      isClosed = true
      clearTimeout(lingering)
      await Promise.all([notifier.close(), listener.stop()])
    },
  }
}
