import type { FetchLike, StreamStatus, TerminalStatus } from '@keepstream/core'
import { type FakeConnection, openConnection } from './fake-connection'

/** A server in memory that speaks the wire of docs/design.md, section 8, and is told what to write and what to break. */
export interface FakeServer {
  readonly fetch: FetchLike
  /** Every request so far, in order. */
  readonly requests: readonly FakeRequest[]
  /** Requests whose answer is still open. */
  readonly open: number
  /** Refuses with 401 whoever does not bring this `authorization`. */
  token: string | undefined
  /** The stream of that id; it is pending until it is driven or written to. */
  stream(id: string): FakeStream
}

export interface FakeRequest {
  readonly kind: 'drive' | 'follow' | 'look' | 'stop'
  readonly id: string
  readonly offset: number
  readonly authorization: string | null
  /** The characters of the answer's body. */
  readonly length: number
}

export interface FakeStream {
  readonly text: string
  readonly status: StreamStatus
  /** How often a producer was started: whoever drives a stream that is not pending joins. */
  readonly runs: number
  /** The producer appends. A driver hears of it at once, followers once it is stored. @default stored at once */
  write(text: string, options?: { isStored: boolean }): void
  /** Stores what was written. */
  store(): void
  /** The producer ends. What it wrote is stored first. */
  close(status?: TerminalStatus): void
  /** A keep-alive on every open connection. */
  ping(): void
  /** Every open connection breaks, as a proxy or a network does it. */
  cut(): void
  /** The server dies: what is not stored is lost, and generation is taken up again from there under a new epoch. */
  crash(): void
  /** The driver's connection no longer takes anything, until it is let go again. */
  hold(isHeld: boolean): void
}

interface Stream extends FakeStream {
  epoch: number
  base: number
  readonly stored: number
  readonly connections: Set<FakeConnection>
  start(): void
}

export function createFakeServer(): FakeServer {
  const streams = new Map<string, Stream>()
  const requests: (FakeRequest & { length: number })[] = []
  const connections = new Set<FakeConnection>()

  function find(id: string): Stream {
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
    async fetch(url: string, { method = 'GET', headers, signal }: RequestInit) {
      const { pathname, searchParams } = new URL(url, 'http://localhost')
      const [, , id = '', action] = pathname.split('/').map(decodeURIComponent)
      const asked = new Headers(headers)
      const isFollow = asked.get('accept')?.includes('event-stream')
      const request: FakeRequest & { length: number } = {
        kind: action === 'drive' || action === 'stop' ? action : isFollow ? 'follow' : 'look',
        id,
        offset: Number(searchParams.get('offset') ?? 0),
        authorization: asked.get('authorization'),
        length: 0,
      }
      requests.push(request)
      signal?.throwIfAborted()
      if (server.token !== undefined && request.authorization !== server.token) {
        return Response.json({ code: 'unauthorized', message: 'bring a token' }, { status: 401 })
      }
      const stream = find(id)
      if (request.kind === 'stop') {
        if (method === 'POST') stream.close('stopped')
        return Response.json({ status: stream.status, offset: stream.text.length })
      }
      if (request.kind === 'look') {
        const { status, epoch, base, stored } = stream
        const text = stream.text.slice(request.offset, stored)
        return Response.json({ offset: request.offset, text, status, epoch, base, upToDate: true })
      }
      if (request.kind === 'drive') stream.start()
      const connection = openConnection(stream, request, (length) => {
        request.length += length
      })
      for (const set of [connections, stream.connections]) {
        set.add(connection)
        connection.onClose(() => set.delete(connection))
      }
      signal?.addEventListener('abort', () => connection.cut(signal.reason))
      connection.advance()
      return new Response(connection.body, { headers: { 'content-type': 'text/event-stream' } })
    },
  }
  return server
}

function createFakeStream(): Stream {
  let text = ''
  let status: StreamStatus = 'pending'
  let runs = 0
  let stored = 0
  const connections = new Set<FakeConnection>()
  const all = (act: (connection: FakeConnection) => void) => {
    for (const connection of [...connections]) act(connection)
  }

  const stream: Stream = {
    epoch: 1,
    base: 0,
    connections,
    get text() {
      return text
    },
    get status() {
      return status
    },
    get runs() {
      return runs
    },
    get stored() {
      return stored
    },
    start() {
      if (status !== 'pending') return
      status = 'streaming'
      runs++
    },
    write(added, { isStored } = { isStored: true }) {
      stream.start()
      text += added
      if (isStored) stored = text.length
      all((connection) => connection.advance())
    },
    store() {
      stored = text.length
      all((connection) => connection.advance())
    },
    close(end = 'done') {
      if (status === 'pending' || status === 'streaming') status = end
      stream.store()
    },
    ping: () => all((connection) => connection.ping()),
    cut: () => all((connection) => connection.cut(new TypeError('terminated'))),
    crash() {
      text = text.slice(0, stored)
      stream.epoch++
      stream.base = stored
      stream.cut()
    },
    hold: (isHeld) => all((connection) => connection.hold(isHeld)),
  }
  return stream
}
