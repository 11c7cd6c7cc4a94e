import { SourceError, StreamError } from '../errors'
import {
  isTerminal,
  type LiveSource,
  type Snapshot,
  type SnapshotTail,
  type SourceRequest,
  type StopSource,
} from '../types'
import { createReportDecoder, toLive } from './http/decode-report'
import { driveInit } from './http/drive-init'
import { createBound } from './http/max-length'
import { readEvents } from './http/read-events'
import { readFramed } from './http/read-framed'
import { readJson, readSnapshot } from './http/read-json'
import { createRequest, type RequestOptions } from './http/request'
import { framedType, sseType } from './http/wire-names'
import { segmentOf } from './stream-url'

export interface KeepstreamOptions extends RequestOptions {
  /** Where the server's `handler` is mounted, such as `/streams`, without a query. */
  readonly url: string
}

/** The server sends a keep-alive every 8 s. A connection that misses three of them is dead. */
const stallMs = 25_000

/**
 * How long events are requested after framed text did not get through, in milliseconds. Something on the way held it back or
 * changed it. Events get through in more places.
 */
const EVENTS_MS = 600_000

const notBegun: Snapshot = { offset: 0, text: '', status: 'pending' }

/** How long to wait before a stream that is being created is stopped again, in milliseconds. */
const STOP_AGAIN_MS = 300

interface Reading {
  /** Where the text is expected to start. */
  readonly offset: number
  next(snapshot: Snapshot): void
  /** Bytes arrived. */
  alive(): void
}

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

  let eventsUntil = 0
  /** The streams that a request of this page creates, until the server has responded. It may not have got that request. */
  const creating = new Set<string>()

  /** A stream that is being created may not be there yet. So the drive that creates it is repeated. */
  const orNotBegun = (id: string) => (error: SourceError) => {
    if (creating.has(id) && error.code === 'not-found') return notBegun
    throw error
  }

  async function read(path: string, init: RequestInit, { offset, next, alive }: Reading): Promise<void> {
    const accept = eventsUntil > Date.now() ? sseType : `${framedType}, ${sseType};q=0.9`
    const response = await request(path, accept, init)
    const decoder = createReportDecoder(offset, bound.checkText, next)
    // The headers alone prove nothing: a proxy may hold back the first byte, which the server sends with them.
    const type = response.headers.get('content-type')
    if (type?.startsWith(sseType)) return readEvents(response, decoder.event, alive, bound.checkJson)
    if (!type?.startsWith(framedType)) {
      response.body?.cancel().catch(() => {}) // a failure of an unused body does not matter
      throw new SourceError('server', `expected the text of a stream, got ${type}: is the URL right?`)
    }
    try {
      if (await readFramed(response, { ...decoder, alive })) return
    } catch (cause) {
      if (cause instanceof SourceError) eventsUntil = Date.now() + EVENTS_MS
      throw cause
    }
    eventsUntil = Date.now() + EVENTS_MS
    return read(path, init, { offset, next, alive })
  }

  return {
    live: {
      canRepeat: true,
      stallMs,
      async open({ id, offset, epoch, signal, start }, sink) {
        const place = offset && epoch ? from({ offset, epoch }) : ''
        const init = { ...driveInit(start), method: 'POST', signal }
        const isNew = start?.create && !epoch
        if (isNew) creating.add(id)
        const alive = () => {
          creating.delete(id)
          sink.alive()
        }
        await read(at(id, isNew ? '/create' : `/drive${place}`), init, { offset, next: toLive(sink), alive })
      },
    },
    snapshot: {
      url,
      stallMs,
      async open({ id, offset, epoch, signal }, sink) {
        const path = at(id, from({ offset, epoch }))
        const absent = await read(path, { signal }, { offset, ...sink }).catch(orNotBegun(id))
        if (absent) sink.next(absent)
      },
      read: ({ id, signal, ...place }) =>
        request(at(id, from(place)), 'application/json', { signal })
          .then((response) => readSnapshot(response, bound))
          .catch(orNotBegun(id)),
    },
    async stop({ id, signal }) {
      const send = (): Promise<Response> =>
        request(at(id, '/stop'), 'application/json', { method: 'POST', signal }).catch(async (error) => {
          orNotBegun(id)(error)
          // The request that creates it is on its way, and would start the generation after this stop.
          await new Promise((resolve) => setTimeout(resolve, STOP_AGAIN_MS))
          return send()
        })
      const response = await send()
      const { status, offset, ...rest } = Object(await readJson(response, bound.checkJson))
      if (!/^(pend|stream)ing$/.test(status) && !isTerminal(status))
        throw new SourceError('server', 'this is no response of a Keepstream server')
      return isTerminal(status) ? { ...rest, end: offset, status } : undefined
    },
  }
}
