import { StreamsError } from './errors'
import { deleteStream } from './http/delete'
import { driveStream } from './http/drive'
import { createHandler } from './http/handler'
import { readStream } from './http/read'
import { notFoundResponse } from './http/response/responses'
import { stopStream } from './http/stop'
import { checkNames, checkObject, numberFrom } from './options/check-options'
import type { StreamsOptions } from './options/streams-options'
import { createRuntime } from './runtime'
import { createStreamId, isStreamId } from './store/stream-id'
import type { StreamHead } from './store/stream-store'
import type { StreamBody, Streams } from './streams'

/**
 * Runs text generations once, streams them to whoever drives, and keeps them in `store` for every other reader.
 *
 * @throws StreamsError `invalid-option`
 */
export function createStreams(options: StreamsOptions): Streams {
  const runtime = createRuntime(options)
  const { callStore, hub, runs } = runtime
  const { store, environment } = runtime.options
  let closed: Promise<void> | undefined

  const streams: Streams = {
    async createStream(options = {}) {
      checkObject('options', options, 'call createStream({ meta }), or without options')
      checkNames('', options, ['meta'])
      const { meta = null } = options
      const id = createStreamId()
      await callStore(() => store.create(id, meta), id)
      return id
    },
    async getStreamBody(id) {
      for (let attempt = 1; attempt <= maxBodyAttempts; attempt++) {
        const body = await readBody(id)
        if (body) return body
      }
      throw new StreamsError('store', `the store took back text of '${id}' each time it was read`)
    },
    stream: (request, id, producer, options = {}) => driveStream(runtime, request, id, producer, options),
    stopStream: (id) => stopStream(runtime, id),
    deleteStream: (id) => deleteStream(runtime, id),
    read: async (request, id) => (isStreamId(id) ? readStream(runtime, request, id) : notFoundResponse()),
    handler: (given) => createHandler(runtime, given),
    async sweep(options) {
      checkObject('options', options, 'call sweep({ olderThanMs })')
      checkNames('', options, ['olderThanMs', 'limit'])
      const olderThanMs = numberFrom('olderThanMs', options.olderThanMs, undefined, 0)
      const limit = numberFrom('limit', options.limit, 1_000, 1)
      return callStore(() => store.sweep({ before: environment.now() - olderThanMs, limit: Math.floor(limit) }))
    },
    close() {
      closed ??= close()
      return closed
    },
  }
  return streams

  /** The whole text, in slices; `undefined` where the slices are of two texts, since the store took one of them back. */
  async function readBody(id: string): Promise<StreamBody | undefined> {
    const slices: string[] = []
    let position = 0
    let first: StreamHead | undefined
    for (;;) {
      const range = isStreamId(id) ? await hub.read(id, position, bodySlice) : undefined
      if (!range) throw new StreamsError('not-found', `there is no stream '${id}'`)
      const { offset, status, epoch, base, finishReason } = range.head
      first ??= range.head
      if (offset < position || (epoch !== first.epoch && base < position)) return undefined
      slices.push(range.text)
      position += range.text.length
      if (position < offset) continue
      return { text: slices.join(''), status, epoch, base, ...(finishReason === undefined ? {} : { finishReason }) }
    }
  }

  async function close(): Promise<void> {
    await runs.drain()
    await hub.close()
    runtime.shut()
    if (!runtime.options.keepsStore) await store.dispose()
  }
}

const bodySlice = 262_144
const maxBodyAttempts = 4
