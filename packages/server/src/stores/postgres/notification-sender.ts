export interface NotificationSender {
  /** This stream may have changed. */
  notify(id: string): void
  /** Sends what waits, and nothing after it. */
  close(): Promise<void>
}

export interface NotificationSenderOptions {
  /** Sends payloads, each to whoever listens. A rejection loses them: they are hints. */
  readonly send: (payloads: readonly string[]) => Promise<void>
  /** Told by each payload, so that this process knows its own. */
  readonly sender: string
}

/** A process tells of its changes this often at the most: each NOTIFY is a transaction, and all of them queue for one lock. */
const everyMs = 50

/** Postgres refuses a payload of 8,000 bytes or more. */
const maxPayloadBytes = 7_900

/** More ids than that wait only while the database stands still, when hints are of no use. */
const maxWaiting = 2_000

/** Joins the hints of a process into few notifications. */
export function createNotificationSender({ send, sender }: NotificationSenderOptions): NotificationSender {
  const waiting = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let sending: Promise<void> | undefined
  let sentAt = -Infinity
  let isClosed = false

  function schedule(): void {
    if (timer !== undefined || sending !== undefined || waiting.size === 0) return
    timer = setTimeout(
      () => {
        timer = undefined
        void flush()
      },
      Math.max(0, sentAt + everyMs - performance.now()),
    )
  }

  async function flush(): Promise<void> {
    const payloads = pack(sender, waiting)
    waiting.clear()
    sentAt = performance.now()
    // Whoever missed a hint looks by itself after a while.
    sending = send(payloads).catch(() => undefined)
    await sending
    sending = undefined
    if (!isClosed) schedule()
  }

  return {
    notify(id) {
      if (isClosed || waiting.size >= maxWaiting) return
      waiting.add(id)
      schedule()
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await sending
      if (waiting.size > 0) await flush()
    },
  }
}

/** As few payloads as will hold all ids, each the JSON of the sender and its ids. */
export function pack(sender: string, ids: Iterable<string>): string[] {
  const payloads: string[] = []
  let items: string[] = []
  let bytes = 0
  const frame = byteLength(JSON.stringify([sender]))
  const end = () => {
    if (items.length > 0) payloads.push(`[${[JSON.stringify(sender), ...items].join(',')}]`)
    items = []
    bytes = frame
  }
  end()
  for (const id of ids) {
    const item = JSON.stringify(id)
    const itemBytes = byteLength(item) + 1
    // No payload could hold it.
    if (frame + itemBytes > maxPayloadBytes) continue
    if (bytes + itemBytes > maxPayloadBytes) end()
    items.push(item)
    bytes += itemBytes
  }
  end()
  return payloads
}

/** The ids that a payload of another process tells of; none if it is this one's, or no payload of ours at all. */
export function unpack(sender: string, payload: string): string[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(payload)
  } catch {
    // Anybody who is let into the database may notify on any channel.
    return []
  }
  if (!Array.isArray(parsed) || parsed[0] === sender) return []
  return parsed.slice(1).filter((id): id is string => typeof id === 'string')
}

const encoder = new TextEncoder()

function byteLength(text: string): number {
  return encoder.encode(text).length
}
