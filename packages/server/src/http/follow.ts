import { maxRead, openStoreReader, type StoredStep } from '../reading/store-reader'
import type { Run } from '../run/run'
import type { ResumeWhenExpired } from '../run/runs'
import type { Runtime } from '../runtime'
import { isTerminal } from '../store/status'
import type { StreamHead } from '../store/stream-store'
import { catchUp } from './request/catch-up'
import type { Position } from './request/position'
import { encode } from './response/encode'
import { type BodySource, createResponseBody, maxIdleTicks, type ResponseBody } from './response/response-body'
import { notFoundResponse } from './response/responses'
import { runBody } from './response/run-body'
import { endFrame, keepAliveFrame, statusFrame, textFrame } from './response/sse-frames'
import { liveHeaders, mediaTypes } from './wire-names'

export interface FollowOptions {
  readonly signal: AbortSignal
  readonly reader: 'drive' | 'follow'
  /** Close after about `rolloverMs`, so that the reader is authorized again. */
  readonly rollsOver: boolean
  /** If the stream is resumed here, the response continues with the text of the new run. */
  readonly resumeWhenExpired?: ResumeWhenExpired | undefined
}

/** The stored text as an event stream: what is durable now, and everything after it as it becomes durable. */
export async function follow(runtime: Runtime, id: string, from: Position, options: FollowOptions): Promise<Response> {
  const { hub, report } = runtime
  const { environment, rolloverMs } = runtime.options
  const rolloverAt = options.rollsOver ? environment.now() + rolloverMs * (0.8 + environment.random() * 0.4) : Infinity
  const frames = createFrames()
  let isKeepAliveDue = false
  let isLeaving = false
  let body: ResponseBody | undefined
  const reader = openStoreReader(hub, id, {
    wake: () => body?.wake(),
    tick() {
      if (environment.now() >= rolloverAt) return body?.end()
      isKeepAliveDue = true
      body?.wake()
      body?.tick()
    },
    shutDown(isLate) {
      isLeaving = true
      if (isLate) body?.end()
      else body?.wake()
    },
  })

  const begun = await begin().catch((error) => {
    reader.close()
    throw error
  })
  if (begun) {
    reader.close()
    return begun
  }
  report.event({ type: 'joined', id, reader: options.reader })
  let run: Run | undefined
  let runReader: BodySource | undefined
  const cancelResume = options.resumeWhenExpired?.((resumed) => {
    run = resumed
    body?.wake()
  })
  body = createResponseBody(
    {
      async next() {
        if (frames.hasEnded) return 'end'
        if (run) return readOn(run).next()
        const text = frames.of(await reader.next(), reader.position)
        if (text === undefined || (text === '' && isLeaving)) return 'end'
        if (text === '' && !isKeepAliveDue) return undefined
        isKeepAliveDue = false
        return encode(text || keepAliveFrame)
      },
      release() {
        cancelResume?.()
        runReader?.release()
        reader.close()
        report.event({ type: 'left', id, reader: options.reader })
      },
    },
    options.signal,
    maxIdleTicks(runtime.options),
  )
  return new Response(body.stream, { headers: { ...liveHeaders, 'Content-Type': mediaTypes.sse } })

  /** A follower is never ahead of the durable text, so the text that it has received is a prefix of the run's text. */
  function readOn(resumed: Run): BodySource {
    runReader ??= runBody(runtime, resumed, { isSse: true, position: reader.position, wake: () => body?.wake() })
    return runReader
  }

  /** Returns a response if there will be no event stream. */
  async function begin(): Promise<Response | undefined> {
    const range = await catchUp((offset) => hub.read(id, offset, maxRead), from)
    if (!range) return notFoundResponse()
    if (range instanceof Response) return range
    if (from.isEventSource && isTerminal(range.head.status) && from.offset >= range.head.offset) {
      // 204 makes a native EventSource stop reconnecting.
      return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } })
    }
    reader.start(range)
    return undefined
  }
}

/** Turns the steps of a reader into events. */
function createFrames() {
  let lastStatus: string | undefined
  let isUpToDate = false
  let hasEnded = false

  return {
    get hasEnded() {
      return hasEnded
    },
    /** `undefined` closes the connection without an `end` event. The client reconnects, and gets 404 for the stream. */
    of(step: StoredStep, position: number): string | undefined {
      switch (step.type) {
        case 'gone':
          return undefined
        case 'wait':
          return step.head ? statusOf(step.head, position) : ''
        case 'text': {
          const end = step.offset + step.text.length
          return (
            statusOf(step.head, step.offset) + textFrame(step.head.epoch, end, step.text) + statusOf(step.head, end)
          )
        }
        case 'end':
          hasEnded = true
          return (lastStatus === undefined ? statusOf(step.head, position) : '') + endOf(step.head)
      }
    },
  }

  /** Sent first and at every change. It is never terminal while more text follows: the `end` event has that status. */
  function statusOf({ status, offset, epoch, base, isStalled }: StreamHead, position: number): string {
    isUpToDate ||= position >= offset
    if (lastStatus !== undefined && isTerminal(status)) return ''
    const shown = isTerminal(status) && !isUpToDate ? 'streaming' : status
    const key = `${shown} ${epoch} ${base} ${isUpToDate} ${isStalled}`
    if (key === lastStatus) return ''
    lastStatus = key
    return statusFrame({ status: shown, offset, epoch, base, upToDate: isUpToDate, isStalled })
  }

  function endOf({ status, epoch, ...head }: StreamHead): string {
    return isTerminal(status) ? endFrame(epoch, { ...head, status }) : ''
  }
}
