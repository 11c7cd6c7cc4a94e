import { StreamServerError } from '../errors'
import { callback, flag, optionsFrom } from '../options/check-options'
import type { DriveContext, Producer } from '../run/producer'
import type { Run } from '../run/run'
import { openRunReader } from '../run/run-reader'
import type { ResumeWhenExpired, StartOptions } from '../run/runs'
import type { Runtime } from '../runtime'
import { isTerminal } from '../store/status'
import { isStreamId } from '../store/stream-id'
import type { StreamHead } from '../store/stream-store'
import { isLowSurrogate } from '../store/surrogates'
import { createEncoder, type LiveForm } from './encoders/create-encoder'
import { follow } from './follow'
import { negotiate } from './request/negotiate'
import { beginning, drivePosition, type Position } from './request/position'
import { withRequest } from './request/producer-request'
import { failureResponse } from './response/failure-response'
import { notFoundResponse } from './response/responses'
import { textResponse } from './response/text-response'
import { headerNames, liveHeaders, mediaTypes } from './wire-names'

export interface DriveOptions {
  /** Keeps a serverless process alive until the run is stored. Pass the platform's function of this name. */
  readonly waitUntil?: (promise: Promise<unknown>) => void
  /**
   * The producer can continue after `text`. If its process dies, the stream is resumed once it has lapsed: by a
   * drive that waits for that, or by one that comes within a lease. A later drive resumes it only if no reader came
   * before, because a reader ends a lapsed stream as `timeout`. A stream that `close()` ended is never resumed.
   * @default false
   */
  readonly canResume?: boolean
}

const table = { waitUntil: callback<DriveOptions['waitUntil']>(), canResume: flag }

/** Starts or joins the run, and responds with the text. See `Streams.stream`. */
export async function driveStream(
  runtime: Runtime,
  request: Request,
  id: string,
  producer: Producer<DriveContext>,
  options: DriveOptions,
): Promise<Response> {
  const cure = 'call stream(request, id, producer, { waitUntil, canResume })'
  const { waitUntil, canResume } = optionsFrom(options, table, cure)
  if (typeof producer !== 'function')
    throw new StreamServerError('invalid-option', 'stream() needs a producer function')
  if (!isStreamId(id)) return notFoundResponse()
  try {
    const start: StartOptions = {
      producer: (context) => producer(withRequest(context, request)),
      canResume,
    }
    return await openAndDrive(runtime, id, request, start, waitUntil)
  } catch (error) {
    return failureResponse(error, runtime.report)
  }
}

async function openAndDrive(
  runtime: Runtime,
  id: string,
  request: Request,
  start: StartOptions,
  waitUntil: DriveOptions['waitUntil'],
): Promise<Response> {
  const { report, runs } = runtime
  const opened = await runs.open(id, start)
  if (opened.type === 'gone') return notFoundResponse()
  if (opened.type === 'stored') {
    const resumeWhenExpired: ResumeWhenExpired = (onRun) =>
      runs.resumeWhenExpired(id, start, (run) => {
        keepAlive(run)
        onRun(run)
      })
    const mayResume = start.canResume && !isTerminal(opened.head.status)
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
  const form = driveForm(request)
  const position = form === mediaTypes.text ? 0 : positionIn(run, drivePosition(request))
  return textResponse(runtime, {
    ...driveOptions(runtime, form),
    id: run.id,
    signal: request.signal,
    headers: driveHeaders(form, run),
    open: (listener) => openRunReader(runtime.hub, run, position, listener),
  })
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
function driveStored(
  runtime: Runtime,
  id: string,
  request: Request,
  resumeWhenExpired?: ResumeWhenExpired,
): Promise<Response> {
  const form = driveForm(request)
  const position = form === mediaTypes.text ? beginning : drivePosition(request)
  const headers = (head: StreamHead) => driveHeaders(form, head)
  return follow(runtime, id, position, { ...driveOptions(runtime, form), request, headers, resumeWhenExpired })
}

function driveForm(request: Request) {
  return negotiate(request, [mediaTypes.text, mediaTypes.sse, mediaTypes.framed])
}

function driveOptions({ options }: Runtime, form: LiveForm) {
  const encoder = createEncoder(form, options.environment.now)
  return { encoder, reader: 'drive', rollsOver: false } as const
}

function driveHeaders(form: string, { epoch, base }: Pick<StreamHead, 'epoch' | 'base'>): Record<string, string> {
  return {
    ...liveHeaders,
    'Content-Type': form === mediaTypes.text ? 'text/plain; charset=utf-8' : form,
    [headerNames.epoch]: String(epoch),
    [headerNames.base]: String(base),
  }
}
