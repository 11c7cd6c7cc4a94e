import { StreamsError } from '../errors'
import { checkNames, checkObject } from '../options/check-options'
import { maxRead, openStoreReader } from '../reading/store-reader'
import type { Producer } from '../run/producer'
import type { Run } from '../run/run'
import type { ResumeWhenExpired, StartOptions } from '../run/runs'
import type { Runtime } from '../runtime'
import { isTerminal } from '../store/status'
import { isStreamId } from '../store/stream-id'
import type { StreamHead } from '../store/stream-store'
import { isLowSurrogate } from '../store/surrogates'
import { follow } from './follow'
import { negotiate } from './request/negotiate'
import { drivePosition, type Position } from './request/position'
import { encode } from './response/encode'
import { failureResponse } from './response/failure-response'
import { createResponseBody, maxIdleTicks, type ResponseBody } from './response/response-body'
import { notFoundResponse } from './response/responses'
import { runBody } from './response/run-body'
import { headerNames, liveHeaders, mediaTypes } from './wire-names'

export interface StreamOptions {
  /** Keeps a serverless process alive until the run is stored. Pass the platform's function of this name. */
  readonly waitUntil?: (promise: Promise<unknown>) => void
  /**
   * The producer can continue after `context.text`. If its process dies, the stream is resumed once it has lapsed: by a
   * drive that waits for that, or by one that comes within a lease. A later drive resumes it only if no reader came
   * before, because a reader ends a lapsed stream as `timeout`. A stream that `close()` ended is never resumed.
   * @default false
   */
  readonly canResume?: boolean
}

/** Starts or joins the run, and responds with the text. See `Streams.stream`. */
export async function driveStream(
  runtime: Runtime,
  request: Request,
  id: string,
  producer: Producer,
  options: StreamOptions,
): Promise<Response> {
  checkObject('options', options, 'call stream(request, id, producer, { waitUntil, canResume })')
  checkNames('', options, ['waitUntil', 'canResume'])
  const { waitUntil, canResume = false } = options
  if (typeof producer !== 'function') throw new StreamsError('invalid-option', 'stream() needs a producer function')
  if (!isStreamId(id)) return notFoundResponse()
  try {
    return await openAndDrive(runtime, id, { request, producer, canResume }, waitUntil)
  } catch (error) {
    return failureResponse(error, runtime.report)
  }
}

async function openAndDrive(
  runtime: Runtime,
  id: string,
  start: StartOptions,
  waitUntil: StreamOptions['waitUntil'],
): Promise<Response> {
  const { report, runs } = runtime
  const { request, canResume } = start
  const opened = await runs.open(id, start)
  if (opened.type === 'gone') return notFoundResponse()
  if (opened.type === 'stored') {
    const resumeWhenExpired: ResumeWhenExpired = (onRun) =>
      runs.resumeWhenExpired(id, start, (run) => {
        keepAlive(run)
        onRun(run)
      })
    const mayResume = canResume && !isTerminal(opened.head.status)
    return driveStored(runtime, id, request, mayResume ? resumeWhenExpired : undefined)
  }
  keepAlive(opened.run)
  return driveRun(runtime, opened.run, request)

  function keepAlive(run: Run): void {
    try {
      waitUntil?.(run.finished)
    } catch (error) {
      report.error(error, { id: run.id, source: 'wait-until' })
    }
  }
}

/** The text as it is produced in this process, from the reader's position on. */
function driveRun(runtime: Runtime, run: Run, request: Request): Response {
  const { report, options } = runtime
  const form = negotiate(request, [mediaTypes.text, mediaTypes.sse])
  const isSse = form === mediaTypes.sse
  let body: ResponseBody | undefined
  const source = runBody(runtime, run, {
    isSse,
    position: isSse ? positionIn(run, drivePosition(request)) : 0,
    wake: () => body?.wake(),
    tick: () => body?.tick(),
  })
  body = createResponseBody(
    {
      isRaw: !isSse,
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

/** The reader's position, as far as its text is certainly this run's text. The events contain where they continue. */
function positionIn({ epoch, base, log }: Run, { offset, epoch: known }: Position): number {
  const shared = known === epoch ? log.length : known === epoch - 1 ? base : 0
  const position = Math.min(offset, shared)
  return isLowSurrogate(log.read(position, 2).charCodeAt(0)) ? position - 1 : position
}

/**
 * The text as it is stored: the stream has ended, or another process produces it. With `resumeWhenExpired` it is
 * resumed here when it lapses.
 */
async function driveStored(
  runtime: Runtime,
  id: string,
  request: Request,
  resumeWhenExpired?: ResumeWhenExpired,
): Promise<Response> {
  const { signal } = request
  const form = negotiate(request, [mediaTypes.text, mediaTypes.sse])
  if (form === mediaTypes.sse) {
    return follow(runtime, id, drivePosition(request), { signal, reader: 'drive', rollsOver: false, resumeWhenExpired })
  }
  const { hub, report, options } = runtime
  let body: ResponseBody | undefined
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
    return notFoundResponse()
  }
  const { epoch } = first.head
  reader.start(first)
  // Plain text cannot continue with the new run: the body fails when the new epoch is read.
  const cancelResume = resumeWhenExpired?.(() => undefined)
  report.event({ type: 'joined', id, reader: 'drive' })
  body = createResponseBody(
    {
      isRaw: true,
      async next() {
        const step = await reader.next()
        if (step.type === 'gone') throw new StreamsError('not-found', 'the stream was deleted')
        // Plain text cannot report that the text before this point may be different now.
        if (step.head && step.head.epoch !== epoch) throw new StreamsError('store', 'the stream was resumed')
        if (step.type === 'text') return encode(step.text)
        if (step.type === 'end') return 'end'
        if (isLeaving) throw leaving()
        return undefined
      },
      release() {
        cancelResume?.()
        reader.close()
        report.event({ type: 'left', id, reader: 'drive' })
      },
    },
    signal,
    maxIdleTicks(options),
  )
  return new Response(body.stream, { headers: driveHeaders(form, first.head) })
}

/** Plain text that just ended would look whole, so it fails with this. */
function leaving(): StreamsError {
  return new StreamsError('shutting-down', 'the server is about to restart; follow the stream')
}

function driveHeaders(form: string, { epoch, base }: Pick<StreamHead, 'epoch' | 'base'>): Record<string, string> {
  return {
    ...liveHeaders,
    'Content-Type': form === mediaTypes.text ? 'text/plain; charset=utf-8' : form,
    [headerNames.epoch]: String(epoch),
    [headerNames.base]: String(base),
  }
}
