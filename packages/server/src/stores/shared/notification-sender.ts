export interface NotificationSender {
  /** The stream with this id may have changed. */
  notify(id: string): void
  /** Sends nothing after this, except the ids that still wait if `flush` is set. */
  close(flush: boolean): Promise<void>
}

export interface NotificationSenderOptions {
  /** Removes ids from `waiting` and returns them as the payloads of one send. Ids that it leaves wait for the next send. */
  readonly take: (waiting: Set<string>) => readonly string[]
  /** Sends payloads to all subscribers. If it rejects, they are lost, which a change notification may be. */
  readonly send: (payloads: readonly string[]) => Promise<unknown>
  /** How many ids may wait. Further ids are dropped: so many wait only while the database does not respond. */
  readonly maxWaiting: number
}

/** The shortest time between two sends of a process, in milliseconds. */
const everyMs = 50

/** Joins the change notifications of a process into few sends, one at a time. */
export function createNotificationSender({ take, send, maxWaiting }: NotificationSenderOptions): NotificationSender {
  const waiting = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let sending: Promise<unknown> | undefined
  let sentAt = -Infinity
  let isClosed = false

  function schedule(): void {
    if (isClosed || timer !== undefined || sending !== undefined || waiting.size === 0) return
    timer = setTimeout(
      () => {
        timer = undefined
        void sendNext()
      },
      Math.max(0, sentAt + everyMs - performance.now()),
    )
  }

  async function sendNext(): Promise<void> {
    const payloads = take(waiting)
    sentAt = performance.now()
    // A reader that misses a notification finds the change with its next poll.
    sending = send(payloads).catch(() => undefined)
    await sending
    sending = undefined
    schedule()
  }

  return {
    notify(id) {
      if (isClosed || waiting.size >= maxWaiting) return
      waiting.add(id)
      schedule()
    },
    async close(flush) {
      isClosed = true
      clearTimeout(timer)
      if (!flush) return
      await sending
      if (waiting.size > 0) await sendNext()
    },
  }
}
