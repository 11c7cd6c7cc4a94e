import { notFound } from './answers'
import { type Body, createBody, maxIdleTicks } from './body'
import { encode } from './encode'
import { StreamsError } from './errors'
import { follow } from './follow'
import { negotiate } from './negotiate'
import { drivePosition, type Position } from './position'
import type { Run } from './run'
import { readRun } from './run-reader'
import type { TakeUp } from './runs'
import type { Runtime } from './runtime'
import type { StreamHead } from './store'
import { maxRead, openStoreReader } from './store-reader'
import { isLowSurrogate } from './surrogates'
import { headers, liveHeaders, media } from './wire'

/** The text as it is produced in this process, from where the reader is. */
export function driveRun(runtime: Runtime, run: Run, request: Request): Response {
  const { report, options } = runtime
  const form = negotiate(request, [media.text, media.sse])
  const isSse = form === media.sse
  let body: Body | undefined
  const source = readRun(runtime, run, {
    isSse,
    position: isSse ? positionIn(run, drivePosition(request)) : 0,
    wake: () => body?.wake(),
    tick: () => body?.tick(),
  })
  body = createBody(
    {
      next: source.next,
      release() {
        source.release()
        report.event({ type: 'left', id: run.id, reader: 'drive' })
      },
    },
    request.signal,
    maxIdleTicks(options),
  )
  report.event({ type: 'joined', id: run.id, reader: 'drive' })
  return new Response(body.stream, { headers: driveHeaders(form, run) })
}

/** As far as what the reader holds is surely this run's text. Events tell where it goes on. */
function positionIn({ epoch, base, log }: Run, { offset, epoch: known }: Position): number {
  const shared = known === epoch ? log.length : known === epoch - 1 ? base : 0
  const position = Math.min(offset, shared)
  return isLowSurrogate(log.read(position, 2).charCodeAt(0)) ? position - 1 : position
}

/** The text as it is stored: the stream has ended, or another process produces it. With `takeUp` until it lapses there. */
export async function driveStored(runtime: Runtime, id: string, request: Request, takeUp?: TakeUp): Promise<Response> {
  const { signal } = request
  const form = negotiate(request, [media.text, media.sse])
  if (form === media.sse) {
    return follow(runtime, id, drivePosition(request), { signal, reader: 'drive', rollsOver: false, takeUp })
  }
  const { hub, report, options } = runtime
  let body: Body | undefined
  let isLeaving = false
  const reader = openStoreReader(hub, id, {
    wake: () => body?.wake(),
    tick: () => body?.tick(),
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
  // The channel has no room to go on with it: it ends when the new epoch is read.
  const forget = takeUp?.(() => undefined)
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
        forget?.()
        reader.close()
        report.event({ type: 'left', id, reader: 'drive' })
      },
    },
    signal,
    maxIdleTicks(options),
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
