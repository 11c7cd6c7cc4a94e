import { errorAnswer, notFound, storeFailed } from './answers'
import { driveRun, driveStored } from './drive'
import { isStreamsError, StreamsError } from './errors'
import { createHandler, type Handler, type HandlerOptions } from './handler'
import { read } from './look'
import type { StreamsOptions } from './options'
import type { Producer } from './producer'
import type { Run } from './run'
import type { Opened } from './runs'
import { createRuntime } from './runtime'
import { stopStream } from './stop-stream'
import { createStreamId, isStreamId } from './stream-id'
import type { StreamStatus } from './types'

export interface StreamOptions {
  /** Keeps a serverless process alive until the run is stored: pass the platform's function of this name. */
  readonly waitUntil?: (promise: Promise<unknown>) => void
  /**
   * The producer can go on after `context.text`: a stream whose producer died is taken up again instead of ending as
   * `timeout`. @default false
   */
  readonly canResume?: boolean
}

/** The server's side of Keepstream, over one store. See {@link createStreams}. */
export interface Streams {
  /** A new stream, `pending`. `meta` is any JSON value; `authorize` and `produce` are given it back. Answers with the id. */
  createStream(options?: { readonly meta?: unknown }): Promise<string>
  /** What is durable now. Rejects with `not-found`. */
  getStreamBody(id: string): Promise<{ readonly text: string; readonly status: StreamStatus }>
  /**
   * Drives a stream: starts `producer` if nobody has, and answers with the text from 0 as it is produced; as an event
   * stream if `Accept` asks for one. Driving again joins. The run outlives the response. Does not authorize, and rejects
   * only for mistakes in the call.
   */
  stream(request: Request, id: string, producer: Producer, options?: StreamOptions): Promise<Response>
  /**
   * Ends a stream as `stopped`, wherever it is produced; its text stays. Waits up to 5 s for the end to be stored; until
   * then the status in the answer is not terminal, and the wish is noted. Safe to repeat. Rejects with `not-found`.
   */
  stopStream(id: string): Promise<{ readonly status: StreamStatus; readonly offset: number }>
  /** Really removes a stream and ends its run. `false` if there was none. */
  deleteStream(id: string): Promise<boolean>
  /** Answers a `GET` or `HEAD` of a stream. Does not authorize. */
  read(request: Request, id: string): Promise<Response>
  /** Serves all streams under a path. */
  handler(options: HandlerOptions): Handler
  /** Deletes streams that ended longer than `olderThanMs` ago, at most `limit` (1,000). Answers with their ids. */
  sweep(options: { readonly olderThanMs: number; readonly limit?: number }): Promise<readonly string[]>
  /**
   * Refuses new runs, lets running ones finish for `drainMs`, ends the rest as `error` with code `shutdown` (their text
   * is kept), ends all followers and disposes of the store. Idempotent.
   */
  close(): Promise<void>
}

/**
 * Runs text generations once, streams them to whoever drives, and keeps them in `store` for every other reader.
 *
 * @throws StreamsError `invalid-option`
 */
export function createStreams(options: StreamsOptions): Streams {
  const runtime = createRuntime(options)
  const { ask, hub, runs } = runtime
  const { store, environment } = runtime.options
  let closed: Promise<void> | undefined

  const streams: Streams = {
    async createStream({ meta = null } = {}) {
      const id = createStreamId()
      await ask(() => store.create(id, meta), id)
      return id
    },
    async getStreamBody(id) {
      const slices: string[] = []
      for (let position = 0; ; ) {
        const range = isStreamId(id) ? await hub.read(id, position, bodySlice) : undefined
        if (!range) throw new StreamsError('not-found', `there is no stream '${id}'`)
        slices.push(range.text)
        position += range.text.length
        if (position >= range.head.offset) return { text: slices.join(''), status: range.head.status }
      }
    },
    async stream(request, id, producer, { waitUntil, canResume = false } = {}) {
      if (typeof producer !== 'function') throw new StreamsError('invalid-option', 'stream() needs a producer function')
      if (!isStreamId(id)) return notFound()
      try {
        return await drive(request, id, await runs.open(id, { request, producer, canResume }), waitUntil)
      } catch (error) {
        return isStreamsError(error) && error.code === 'shutting-down' ? shuttingDown() : storeFailed()
      }
    },
    stopStream: (id) => stopStream(runtime, id),
    async deleteStream(id) {
      if (!isStreamId(id)) return false
      const isDeleted = await ask(() => store.delete(id), id)
      const run = await runs.find(id)
      run?.fence()
      return isDeleted
    },
    read: async (request, id) => (isStreamId(id) ? read(runtime, request, id) : notFound()),
    handler: (given) => createHandler(streams, runtime, given),
    sweep: ({ olderThanMs, limit = 1_000 }) =>
      ask(() => store.sweep({ before: environment.now() - olderThanMs, limit })),
    close() {
      closed ??= close()
      return closed
    },
  }
  return streams

  async function drive(
    request: Request,
    id: string,
    opened: Opened,
    waitUntil: StreamOptions['waitUntil'],
  ): Promise<Response> {
    if (opened.type === 'gone') return notFound()
    if (opened.type === 'stored') return driveStored(runtime, id, request)
    keepAlive(opened.run, waitUntil)
    return driveRun(runtime, opened.run, request)
  }

  function keepAlive(run: Run, waitUntil: StreamOptions['waitUntil']): void {
    try {
      waitUntil?.(run.finished)
    } catch (error) {
      runtime.report.error(error, { id: run.id, source: 'wait-until' })
    }
  }

  async function close(): Promise<void> {
    await runs.drain()
    await hub.close()
    if (!runtime.options.keepsStore) await store.dispose()
  }
}

const bodySlice = 262_144

function shuttingDown(): Response {
  return errorAnswer('shutting-down', 'The server is about to restart.', { headers: { 'Retry-After': '1' } })
}
