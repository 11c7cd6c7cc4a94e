import { notFound } from './answers'
import { type Body, createBody } from './body'
import { encode } from './encode'
import { StreamsError } from './errors'
import { follow } from './follow'
import { negotiate } from './negotiate'
import { beginning } from './position'
import type { Run } from './run'
import type { Runtime } from './runtime'
import { endFrame, keepAliveFrame, statusFrame, textFrame } from './sse'
import type { StreamHead } from './store'
import { maxPiece, maxRead, openStoreReader } from './store-reader'
import { headers, liveHeaders, media } from './wire'

/** The text from 0 as it is produced in this process: the only answer that may be ahead of the store (P5). */
export function driveRun(runtime: Runtime, run: Run, request: Request): Response {
  const { hub, report } = runtime
  const { id, epoch, base, log } = run
  const form = negotiate(request, [media.text, media.sse])
  const isSse = form === media.sse
  let position = 0
  let told: boolean | undefined
  let isKeepAliveDue = false
  let hasEnded = false

  const body = createBody(
    {
      next() {
        const { state } = run
        if (hasEnded) return 'end'
        const text = log.read(position, maxPiece, state.type === 'closed' ? state.offset : undefined)
        if (text !== '') return piece(text)
        if (state.type === 'closed') return ended(state.offset)
        if (state.type === 'fenced')
          throw new StreamsError('store', 'the stream is not produced here any more; follow it')
        if (state.type === 'closing' && state.isOverdue)
          throw new StreamsError('store', 'the end is not stored yet; follow it')
        const frames = status() + (isKeepAliveDue ? keepAliveFrame : '')
        isKeepAliveDue = false
        return isSse && frames !== '' ? encode(frames) : undefined
      },
      release() {
        unsubscribe()
        untick?.()
        report.event({ type: 'left', id, reader: 'drive' })
      },
    },
    request.signal,
  )
  report.event({ type: 'joined', id, reader: 'drive' })
  const unsubscribe = run.subscribe(body.wake)
  const untick = isSse
    ? hub.subscribe(id, {
        wake: () => undefined,
        tick() {
          isKeepAliveDue = true
          body.wake()
        },
      })
    : undefined
  return new Response(body.stream, { headers: driveHeaders(form, { epoch, base }) })

  function piece(text: string): Uint8Array {
    const before = isSse ? status() : ''
    position += text.length
    isKeepAliveDue = false
    return encode(isSse ? before + textFrame(epoch, position, text) + status() : text)
  }

  function ended(offset: number): Uint8Array | 'end' {
    if (!isSse || run.state.type !== 'closed') return 'end'
    hasEnded = true
    return encode(status() + endFrame(epoch, { ...run.state.ending, offset }))
  }

  function status(): string {
    const upToDate = told || position >= log.length
    if (told === upToDate) return ''
    told = upToDate
    return statusFrame({ status: 'streaming', offset: log.length, epoch, base, upToDate })
  }
}

/** The text from 0 as it is stored: the stream has ended, or another process produces it. */
export async function driveStored(runtime: Runtime, id: string, request: Request): Promise<Response> {
  const { signal } = request
  const form = negotiate(request, [media.text, media.sse])
  if (form === media.sse) return follow(runtime, id, beginning, { signal, reader: 'drive', rollsOver: false })
  const { hub, report } = runtime
  let body: Body | undefined
  let isLeaving = false
  const reader = openStoreReader(hub, id, {
    wake: () => body?.wake(),
    shutDown(isLate) {
      isLeaving = true
      if (isLate) body?.fail(leaving())
      else body?.wake()
    },
  })
  const first = await hub.read(id, 0, maxRead).catch((error) => {
    reader.close()
    throw error
  })
  if (!first) {
    reader.close()
    return notFound()
  }
  const { epoch } = first.head
  reader.start(first)
  report.event({ type: 'joined', id, reader: 'drive' })
  body = createBody(
    {
      async next() {
        const step = await reader.next()
        if (step.type === 'gone') throw new StreamsError('not-found', 'the stream was deleted')
        // The channel has no room to say that text before this point may be another one now.
        if (step.head && step.head.epoch !== epoch) throw new StreamsError('store', 'the stream was taken up again')
        if (step.type === 'text') return encode(step.text)
        if (step.type === 'end') return 'end'
        if (isLeaving) throw leaving()
        return undefined
      },
      release() {
        reader.close()
        report.event({ type: 'left', id, reader: 'drive' })
      },
    },
    signal,
  )
  return new Response(body.stream, { headers: driveHeaders(form, first.head) })
}

/** A raw answer that simply ended would look whole. */
function leaving(): StreamsError {
  return new StreamsError('shutting-down', 'the server is about to restart; follow the stream')
}

function driveHeaders(form: string, { epoch, base }: Pick<StreamHead, 'epoch' | 'base'>): Record<string, string> {
  return {
    ...liveHeaders,
    'Content-Type': form === media.text ? 'text/plain; charset=utf-8' : form,
    [headers.epoch]: String(epoch),
    [headers.base]: String(base),
  }
}
