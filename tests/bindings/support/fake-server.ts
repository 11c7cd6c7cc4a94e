import type { FetchLike } from '@keepstream/core'
import { type FakeConnection, openConnection } from './fake-connection'
import { createFakeStream, type FakeStream, type ServedStream } from './fake-stream'

/**
 * A server in memory that speaks the wire protocol of docs/design.md, section 8. A test controls what it writes and
 * breaks.
 */
export interface FakeServer {
  readonly fetch: FetchLike
  /** Every request so far, in order. */
  readonly requests: readonly FakeRequest[]
  /** The number of responses that are still open. */
  readonly open: number
  /** Rejects requests without this `authorization` with 401. */
  token: string | undefined
  /** The stream with that id. It is pending until it is driven or written to. */
  stream(id: string): FakeStream
}

export interface FakeRequest {
  readonly kind: 'drive' | 'follow' | 'snapshot' | 'stop'
  readonly id: string
  readonly offset: number
  readonly authorization: string | null
  /** What the request carried. */
  readonly body: unknown
  /** The number of characters in the response body. */
  readonly length: number
}

const framedType = 'application/vnd.keepstream'

export function createFakeServer(): FakeServer {
  const streams = new Map<string, ServedStream>()
  const requests: (FakeRequest & { length: number })[] = []
  const connections = new Set<FakeConnection>()

  function find(id: string): ServedStream {
    const stream = streams.get(id) ?? createFakeStream()
    streams.set(id, stream)
    return stream
  }

  const server = {
    token: undefined as string | undefined,
    requests,
    get open() {
      return connections.size
    },
    stream: find,
    async fetch(url: string, { method = 'GET', headers, body, signal }: RequestInit) {
      const { pathname, searchParams } = new URL(url, 'http://localhost')
      const [, , id = '', action] = pathname.split('/').map(decodeURIComponent)
      const requestHeaders = new Headers(headers)
      const accept = requestHeaders.get('accept') ?? ''
      const isFollow = accept.includes('event-stream')
      const isFramed = accept.includes(framedType)
      const request: FakeRequest & { length: number } = {
        kind: action === 'drive' || action === 'stop' ? action : isFollow ? 'follow' : 'snapshot',
        id,
        offset: Number(searchParams.get('offset') ?? 0),
        authorization: requestHeaders.get('authorization'),
        body,
        length: 0,
      }
      requests.push(request)
      signal?.throwIfAborted()
      if (server.token !== undefined && request.authorization !== server.token) {
        return Response.json({ code: 'unauthorized', message: 'a token is required' }, { status: 401 })
      }
      const stream = find(id)
      if (request.kind === 'stop') {
        if (method === 'POST') stream.close('stopped')
        return Response.json({ status: stream.status, offset: stream.text.length })
      }
      const base = stream.divergence(Number(searchParams.get('epoch') ?? Infinity), request.offset)
      if (base !== undefined) {
        const { epoch } = stream
        return Response.json({ code: 'diverged', message: 'cut there', offset: base, epoch }, { status: 409 })
      }
      if (request.kind === 'snapshot') {
        const { status, epoch, base, stored } = stream
        const text = stream.text.slice(request.offset, stored)
        return Response.json({ offset: request.offset, text, status, epoch, base, upToDate: true })
      }
      if (request.kind === 'drive') stream.start()
      const connection = openConnection(stream, { ...request, isFramed }, (length) => {
        request.length += length
      })
      for (const set of [connections, stream.connections]) {
        set.add(connection)
        connection.onClose(() => set.delete(connection))
      }
      signal?.addEventListener('abort', () => connection.cut(signal.reason))
      connection.advance()
      return new Response(connection.body, { headers: { 'content-type': isFramed ? framedType : 'text/event-stream' } })
    },
  }
  return server
}
