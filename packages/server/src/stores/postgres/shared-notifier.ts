import { createSharedNotifier, type ProbeTimes, type SharedNotifier } from '../shared/shared-notifier'
import type { Database } from './connection/database'

export interface PostgresNotifierOptions {
  readonly channel: string
  readonly open: () => Promise<Database>
  readonly probe?: ProbeTimes
}

/** Postgres refuses a payload of 8,000 bytes or more. */
const maxPayloadBytes = 7_900

/**
 * Change notifications through LISTEN and NOTIFY. NOTIFY is a separate transaction: in the transaction of an append it
 * would make all appends of the database wait for one lock.
 */
export function sharedNotifier({ channel, open, probe }: PostgresNotifierOptions): SharedNotifier {
  return createSharedNotifier({
    take(self, waiting) {
      const payloads = packPayloads(self, waiting)
      waiting.clear()
      return payloads
    },
    async send(payloads) {
      const database = await open()
      await database.query(
        'SELECT pg_notify($1::text, payload) FROM json_array_elements_text($2::text::json) AS payload',
        [channel, JSON.stringify(payloads)],
      )
    },
    async subscribe(onMessage, onLost) {
      const { subscribe } = await open()
      return subscribe?.(channel, onMessage, onLost)
    },
    maxWaiting: 2_000,
    longestRetryMs: 30_000,
    probe,
  })
}

/** The ids in as few payloads as possible. */
export function packPayloads(self: string, ids: Iterable<string>): string[] {
  const payloads: string[] = []
  let items: string[] = []
  const frame = byteLength(JSON.stringify([self]))
  let bytes = frame
  const end = () => {
    if (items.length > 0) payloads.push(`[${[JSON.stringify(self), ...items].join(',')}]`)
    items = []
    bytes = frame
  }
  for (const id of ids) {
    const item = JSON.stringify(id)
    const itemBytes = byteLength(item) + 1
    // It does not fit into any payload.
    if (frame + itemBytes > maxPayloadBytes) continue
    if (bytes + itemBytes > maxPayloadBytes) end()
    items.push(item)
    bytes += itemBytes
  }
  end()
  return payloads
}

const encoder = new TextEncoder()

function byteLength(text: string): number {
  return encoder.encode(text).length
}
