import type { StreamStatus } from '@keepstream/core'

/** The state of a stream that readers can receive. */
export interface ServedState {
  readonly text: string
  readonly stored: number
  readonly status: StreamStatus
  readonly epoch: number
  readonly base: number
  readonly isStalled: boolean
  readonly finishReason: string | undefined
}

/** One open response of the fake server. It sends the text from its position on, as events. */
export interface FakeConnection {
  readonly isDriver: boolean
  readonly body: ReadableStream<Uint8Array>
  /** Sends the text beyond this reader's position, and the end once it is reached. */
  advance(): void
  ping(): void
  cut(reason: unknown): void
  /** Sends nothing while it is held. Affects only the driver. */
  hold(isHeld: boolean): void
  onClose(listener: () => void): void
}

/** A driver reads what is produced, a follower what is stored. */
export function openConnection(
  stream: ServedState,
  { kind, offset }: { readonly kind: string; readonly offset: number },
  onSent: (length: number) => void,
): FakeConnection {
  const isDriver = kind === 'drive'
  const encoder = new TextEncoder()
  const closeListeners: (() => void)[] = []
  let position = offset
  let isHeld = false
  let isOpen = true
  let sentStatus = ''
  let controller!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start(created) {
      controller = created
    },
    cancel: close,
  })

  function send(event: string) {
    onSent(event.length)
    controller.enqueue(encoder.encode(event))
  }

  function close() {
    isOpen = false
    for (const listener of closeListeners) listener()
  }

  function sendStatus(isThrough: boolean) {
    const { status, text, stored, epoch, base, isStalled } = stream
    const stalled = isStalled || undefined
    const upToDate = isThrough || sentStatus.endsWith('true')
    const now = [status, epoch, base, stalled, upToDate].join()
    if (now === sentStatus) return
    sentStatus = now
    const data = { status, offset: isDriver ? text.length : stored, epoch, base, upToDate, stalled }
    send(`event: status\ndata: ${JSON.stringify(data)}\n\n`)
  }

  return {
    isDriver,
    body,
    advance() {
      if (!isOpen || isHeld) return
      const { text, stored, status, epoch, base, finishReason } = stream
      // Text read under an older epoch is valid up to where the new epoch began.
      if (sentStatus !== '' && sentStatus.split(',')[1] !== String(epoch)) position = Math.min(position, base)
      const end = isDriver ? text.length : stored
      sendStatus(position >= end)
      if (position < end) {
        send(`id: ${epoch}.${end}\ndata: ${JSON.stringify(text.slice(position, end))}\n\n`)
        position = end
      }
      sendStatus(true)
      if (status === 'pending' || status === 'streaming') return
      send(`event: end\nid: ${epoch}.${end}\ndata: ${JSON.stringify({ status, offset: end, finishReason })}\n\n`)
      controller.close()
      close()
    },
    ping() {
      if (isOpen && !isHeld) send(':\n\n')
    },
    cut(reason) {
      if (!isOpen) return
      controller.error(reason)
      close()
    },
    hold(hold) {
      if (!isDriver) return
      isHeld = hold
      if (!isHeld) this.advance()
    },
    onClose(listener) {
      closeListeners.push(listener)
    },
  }
}
