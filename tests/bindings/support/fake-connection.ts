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

/** One open response of the fake server. It sends the text from its position on, as events or with frames. */
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
  { kind, offset, isFramed }: { readonly kind: string; readonly offset: number; readonly isFramed: boolean },
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

  function send(bytes: Uint8Array) {
    onSent(bytes.length)
    controller.enqueue(bytes)
  }

  function report(type: string, data: object) {
    const json = encoder.encode(JSON.stringify(isFramed ? { type, position, ...data } : data))
    if (isFramed) return send(Uint8Array.of(0xff, ...json, 0xff))
    const id = type === 'end' ? `id: ${stream.epoch}.${position}\n` : ''
    send(Uint8Array.of(...encoder.encode(`event: ${type}\n${id}data: `), ...json, 10, 10))
  }

  function sendText(text: string) {
    position += text.length
    send(encoder.encode(isFramed ? text : `id: ${stream.epoch}.${position}\ndata: ${JSON.stringify(text)}\n\n`))
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
    report('status', { status, offset: isDriver ? text.length : stored, epoch, base, upToDate, stalled })
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
      if (position < end) sendText(text.slice(position, end))
      sendStatus(true)
      if (status === 'pending' || status === 'streaming') return
      report('end', { status, offset: end, epoch, finishReason })
      controller.close()
      close()
    },
    ping() {
      if (isOpen && !isHeld) send(isFramed ? Uint8Array.of(0xff, 0xff) : encoder.encode(':\n\n'))
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
