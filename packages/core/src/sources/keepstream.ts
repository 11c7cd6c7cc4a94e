import { SourceError, StreamError } from '../errors'
import { isTerminal, type LiveSource, type SnapshotTail, type SourceRequest, type StopSource } from '../types'
import { createDriveDecoder, createEventDecoder } from './http/decode-events'
import { driveInit } from './http/drive-init'
import { createBound } from './http/max-length'
import { readJson, readSnapshot } from './http/read-json'
import { readSse, type SseEvent } from './http/read-sse'
import { createRequest, type RequestOptions } from './http/request'
import { segmentOf } from './stream-url'

export interface KeepstreamOptions extends RequestOptions {
  /** Where the server's `handler` is mounted, such as `/streams`, without a query. */
  readonly url: string
}

/** The server sends a keep-alive every 8 s. A connection that misses three of them is dead. */
const stallMs = 25_000

/** The sources for a Keepstream server: `createStreamClient(keepstream({ url: '/streams' }))`. */
export function keepstream({ url, maxLength, ...options }: KeepstreamOptions): {
  live: LiveSource
  snapshot: SnapshotTail
  stop: StopSource
} {
  if (typeof url !== 'string' || /[?#]/.test(url))
    throw new StreamError('invalid-option', 'keepstream needs `url`, such as "/streams", without a query')
  const bound = createBound(maxLength)
  const request = createRequest(options, true)
  const at = (id: string, path: string) => `${url.replace(/\/$/, '')}/${segmentOf(id)}${path}`
  const from = ({ offset, epoch }: Pick<SourceRequest, 'offset' | 'epoch'>) =>
    `?offset=${offset}${epoch ? `&epoch=${epoch}` : ''}`

  async function read(path: string, init: RequestInit, onEvent: (event: SseEvent) => void, alive: () => void) {
    // The headers alone prove nothing: a proxy may hold back the first event, which the server sends with them.
    await readSse(await request(path, 'text/event-stream', init), onEvent, alive)
  }

  return {
    live: {
      canRepeat: true,
      stallMs,
      async open({ id, offset, epoch, signal, start }, sink) {
        await read(
          at(id, `/drive${offset && epoch ? `?offset=${offset}&epoch=${epoch}` : ''}`),
          { ...driveInit(start), method: 'POST', signal },
          createDriveDecoder(sink, bound.checkText),
          sink.alive,
        )
      },
    },
    snapshot: {
      url,
      stallMs,
      async open({ id, offset, epoch, signal }, { next, alive }) {
        const snapshotOf = createEventDecoder(offset, bound.checkText)
        const onEvent = (event: SseEvent) => {
          const snapshot = snapshotOf(event)
          if (snapshot) next(snapshot)
        }
        await read(at(id, from({ offset, epoch })), { signal }, onEvent, alive)
      },
      read: async ({ id, signal, ...place }) =>
        readSnapshot(await request(at(id, from(place)), 'application/json', { signal }), bound),
    },
    async stop({ id, signal }) {
      const init = { method: 'POST', signal }
      const response = await request(at(id, '/stop'), 'application/json', init)
      const { status, offset, ...rest } = Object(await readJson(response, bound.checkJson))
      if (!/^(pend|stream)ing$/.test(status) && !isTerminal(status))
        throw new SourceError('server', 'this is no response of a Keepstream server')
      return isTerminal(status) ? { ...rest, end: offset, status } : undefined
    },
  }
}
