import { notFound } from './answers'
import { deleteStream } from './delete-stream'
import { driveRun, driveStored } from './drive'
import { StreamsError } from './errors'
import { failureAnswer } from './failure-answer'
import { createHandler } from './handler'
import { read } from './look'
import { checkNames, checkObject, numberFrom, type StreamsOptions } from './options'
import type { Run } from './run'
import type { StartOptions, TakeUp } from './runs'
import { createRuntime } from './runtime'
import { stopStream } from './stop-stream'
import { createStreamId, isStreamId } from './stream-id'
import type { StreamOptions, Streams } from './streams'
import { isTerminal } from './types'

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
    async createStream(options = {}) {
      checkObject('options', options, 'call createStream({ meta }), or without options')
      checkNames('', options, ['meta'])
      const { meta = null } = options
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
        const { offset, status, epoch, base, finishReason } = range.head
        if (position < offset) continue
        return { text: slices.join(''), status, epoch, base, ...(finishReason === undefined ? {} : { finishReason }) }
      }
    },
    async stream(request, id, producer, options = {}) {
      checkObject('options', options, 'call stream(request, id, producer, { waitUntil, canResume })')
      checkNames('', options, ['waitUntil', 'canResume'])
      const { waitUntil, canResume = false } = options
      if (typeof producer !== 'function') throw new StreamsError('invalid-option', 'stream() needs a producer function')
      if (!isStreamId(id)) return notFound()
      try {
        return await drive(id, { request, producer, canResume }, waitUntil)
      } catch (error) {
        return failureAnswer(error, runtime.report)
      }
    },
    stopStream: (id) => stopStream(runtime, id),
    deleteStream: (id) => deleteStream(runtime, id),
    read: async (request, id) => (isStreamId(id) ? read(runtime, request, id) : notFound()),
    handler: (given) => createHandler(streams, runtime, given),
    async sweep(options) {
      checkObject('options', options, 'call sweep({ olderThanMs })')
      checkNames('', options, ['olderThanMs', 'limit'])
      const olderThanMs = numberFrom('olderThanMs', options.olderThanMs, undefined, 0)
      const limit = numberFrom('limit', options.limit, 1_000, 1)
      return ask(() => store.sweep({ before: environment.now() - olderThanMs, limit: Math.floor(limit) }))
    },
    close() {
      closed ??= close()
      return closed
    },
  }
  return streams

  async function drive(id: string, start: StartOptions, waitUntil: StreamOptions['waitUntil']): Promise<Response> {
    const { request, canResume } = start
    const opened = await runs.open(id, start)
    if (opened.type === 'gone') return notFound()
    if (opened.type === 'stored') {
      const takeUp: TakeUp = (onRun) =>
        runs.wish(id, start, (run) => {
          keepAlive(run, waitUntil)
          onRun(run)
        })
      return driveStored(runtime, id, request, canResume && !isTerminal(opened.head.status) ? takeUp : undefined)
    }
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
    runtime.shut()
    if (!runtime.options.keepsStore) await store.dispose()
  }
}

const bodySlice = 262_144
