import type { StreamStatus } from '@keepstream/core'

/** What of a stream is told to its readers. */
export interface Told {
  readonly text: string
  readonly stored: number
  readonly status: StreamStatus
  readonly epoch: number
  readonly base: number
  readonly isStalled: boolean
  readonly finishReason: string | undefined
}

/** One open answer of the fake server: a position in the text, told in events. */
export interface FakeConnection {
  readonly isDriver: boolean
  readonly body: ReadableStream<Uint8Array>
  /** Tells what is beyond this reader's position, and the end once it is reached. */
  advance(): void
  ping(): void
  cut(reason: unknown): void
  /** Takes nothing while it is held. Concerns the driver alone. */
  hold(isHeld: boolean): void
  onClose(listener: () => void): void
}

/** A driver reads what is produced, a follower what is stored. */
export function openConnection(
  stream: Told,
  { kind, offset }: { readonly kind: string; readonly offset: number },
  onSent: (length: number) => void,
): FakeConnection {
  const isDriver = kind === 'drive'
  const encoder = new TextEncoder()
  const closeListeners: (() => void)[] = []
  let position = offset
  let isHeld = false
  let isOpen = true
  let told = ''
  let controller!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
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

  function tellStatus(isThrough: boolean) {
    const { status, text, stored, epoch, base, isStalled } = stream
    const stalled = isStalled || undefined
    const upToDate = isThrough || told.endsWith('true')
    const now = [status, epoch, base, stalled, upToDate].join()
    if (now === told) return
    told = now
    const data = { status, offset: isDriver ? text.length : stored, epoch, base, upToDate, stalled }
    send(`event: status\ndata: ${JSON.stringify(data)}\n\n`)
  }

  return {
    isDriver,
    body,
    advance() {
      if (!isOpen || isHeld) return
      const { text, stored, status, epoch, base, finishReason } = stream
      // What was read under an older epoch holds up to where the new one began.
      if (told !== '' && told.split(',')[1] !== String(epoch)) position = Math.min(position, base)
      const end = isDriver ? text.length : stored
      tellStatus(position >= end)
      if (position < end) {
        send(`id: ${epoch}.${end}\ndata: ${JSON.stringify(text.slice(position, end))}\n\n`)
        position = end
      }
      tellStatus(true)
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
