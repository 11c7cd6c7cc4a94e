import { createBody } from './body'
import { encode } from './encode'
import type { Runtime } from './runtime'
import { endFrame, keepAliveFrame, type StatusEvent, statusFrame, textFrame } from './sse'
import type { StoredRange, StreamHead } from './store'
import { createStoreReader, type StoredStep } from './store-reader'
import { isTerminal } from './types'
import { liveHeaders, media } from './wire'

export interface FollowOptions {
  readonly signal: AbortSignal
  readonly reader: 'drive' | 'follow'
  /** Close after about `rolloverMs`, so that the reader is authorized again. */
  readonly rollsOver: boolean
}

/** The stored text as an event stream: `first`, and everything after it as it becomes durable. */
export function follow(runtime: Runtime, id: string, first: StoredRange, options: FollowOptions): Response {
  const { hub, report } = runtime
  const { environment, rolloverMs } = runtime.options
  const reader = createStoreReader(hub, id, first)
  const rolloverAt = options.rollsOver ? environment.now() + rolloverMs * (0.8 + environment.random() * 0.4) : Infinity
  let isKeepAliveDue = false
  let hasEnded = false
  let told: string | undefined
  let isUpToDate = false

  const body = createBody(
    {
      async next() {
        if (hasEnded) return 'end'
        const frames = framesOf(await reader.next())
        if (frames === '' && isKeepAliveDue) return keepAlive()
        if (frames !== undefined && frames !== '') isKeepAliveDue = false
        return frames === undefined ? 'end' : frames === '' ? undefined : encode(frames)
      },
      release() {
        unsubscribe()
        report.event({ type: 'left', id, reader: options.reader })
      },
    },
    options.signal,
  )
  report.event({ type: 'joined', id, reader: options.reader })
  const unsubscribe = hub.subscribe(id, {
    wake() {
      reader.wake()
      body.wake()
    },
    tick() {
      if (environment.now() >= rolloverAt) return body.end()
      isKeepAliveDue = true
      body.wake()
    },
    shutDown: () => body.end(),
  })
  return new Response(body.stream, { headers: { ...liveHeaders, 'Content-Type': media.sse } })

  function keepAlive(): Uint8Array {
    isKeepAliveDue = false
    return encode(keepAliveFrame)
  }

  function framesOf(step: StoredStep): string | undefined {
    // No end is told: the next request learns that the stream is not there any more.
    if (step.type === 'gone') return undefined
    if (step.type === 'wait') return step.head ? statusOf(step.head, reader.position) : ''
    if (step.type === 'end') {
      hasEnded = true
      const { status, offset, error, epoch } = step.head
      if (!isTerminal(status)) return ''
      const first = told === undefined ? statusOf(step.head, reader.position) : ''
      return first + endFrame(epoch, { status, offset, ...(error === undefined ? {} : { error }) })
    }
    const { head, offset, text } = step
    const end = offset + text.length
    return statusOf(head, offset) + textFrame(head.epoch, end, text) + statusOf(head, end)
  }

  /** Told first and on every change, but never as terminal while text is on the way: that is what the end says. */
  function statusOf(head: StreamHead, position: number): string {
    const { status, offset, epoch, base } = head
    isUpToDate ||= position >= offset
    if (told !== undefined && isTerminal(status)) return ''
    const event: StatusEvent = { status, offset, epoch, base, upToDate: isUpToDate }
    const key = `${status} ${epoch} ${base} ${isUpToDate}`
    if (key === told) return ''
    told = key
    return statusFrame(event)
  }
}
