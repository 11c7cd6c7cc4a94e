import { notFound } from './errors'
import { deleteStream } from './http/delete'
import { driveStream } from './http/drive'
import { eachOf } from './http/each-of'
import { createHandler } from './http/handler'
import { readStream } from './http/read'
import { notFoundResponse } from './http/response/responses'
import { stopStream } from './http/stop'
import { number, optionsFrom } from './options/check-options'
import type { CreateStreamsOptions } from './options/create-streams-options'
import { listStreams } from './reading/list-streams'
import { readWholeText } from './reading/read-text'
import { ensureStream } from './run/create-stream'
import { startStream } from './run/start'
import { createRuntime } from './runtime'
import { isStreamId } from './store/stream-id'
import type { Streams } from './streams'

const sweepTable = { olderThanMs: number(undefined, 0), limit: number(1_000, 1) }

/**
 * Runs each text generation once, streams it to the driver, and keeps it in `store` for every other reader.
 *
 * @throws StreamServerError `invalid-option`
 */
export function createStreams(options: CreateStreamsOptions): Streams {
  const runtime = createRuntime(options)
  const { hub, runs } = runtime
  const { store } = runtime.options
  let closed: Promise<void> | undefined

  const streams: Streams = {
    createStream: async (options = {}) => (await ensureStream(store, options)).id,
    ensureStream: async (options) => ensureStream(store, options),
    list: async (options) => listStreams(store, runtime.expiry, options),
    async getStreamBody(id) {
      const whole = isStreamId(id) ? await readWholeText(hub, id) : undefined
      if (!whole) throw notFound(id)
      const { status, epoch, base, finishReason } = whole.head
      return {
        text: whole.text,
        status,
        origin: { epoch, base },
        ...(finishReason === undefined ? {} : { finishReason }),
      }
    },
    stream: (request, id, producer, options = {}) => driveStream(runtime, request, id, producer, options),
    start: (id, producer, options = {}) => startStream(runs, id, producer, options),
    stopStream: (id) => stopStream(runtime, id),
    deleteStream: (id) => deleteStream(runtime, id),
    stopStreams: async (scope) =>
      eachOf(runtime, 'stopStreams', scope, ['pending', 'streaming'], (id) => stopStream(runtime, id)),
    deleteStreams: async (scope) =>
      eachOf(runtime, 'deleteStreams', scope, undefined, (id) => deleteStream(runtime, id)),
    read: async (request, id) => (isStreamId(id) ? readStream(runtime, request, id) : notFoundResponse()),
    handler: (given) => createHandler(runtime, given),
    async sweep(options) {
      const { olderThanMs, limit } = optionsFrom(options, sweepTable, 'call sweep({ olderThanMs })')
      return store.sweep({ olderThanMs, limit: Math.floor(limit) })
    },
    close() {
      closed ??= close()
      return closed
    },
  }
  return streams

  async function close(): Promise<void> {
    await runs.drain()
    await hub.close()
    await runtime.shut()
  }
}
