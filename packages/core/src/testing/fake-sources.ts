import type { Environment } from '../environment'
import { SourceError } from '../errors'
import {
  type End,
  isTerminal,
  type LiveSource,
  type Snapshot,
  type SnapshotFetcher,
  type SnapshotSubscription,
  type SnapshotTail,
  type SourceRequest,
  type StopSource,
} from '../types'
import { connectFake, type FakeLine, type FakeReader } from './fake-connection'
import type { FakeServer } from './fake-server'
import type { FakeText } from './fake-text'

/** How long a subscription waits before it connects again, in milliseconds. */
const RECONNECT_MS = 1_000

/** Every shape in which a client may read from the server. `onEnd` hears when a reader was told the end. */
export function createFakeSources(
  server: FakeServer,
  environment: Environment,
  { canRepeat = true, stallMs = 25_000 }: Pick<LiveSource, 'canRepeat' | 'stallMs'>,
  onEnd: () => void,
) {
  const { origin, endOf, startFor } = server

  const live: LiveSource = {
    canRepeat,
    stallMs,
    open: ({ signal, ...source }, { chunk, end, alive }) =>
      server.during(async () => {
        const { text: known, line } = await server.take('drive', source)
        known.start()
        const reader: FakeReader = {
          from: 0,
          signal,
          limit: () => known.text.length,
          piece(offset, text) {
            const piece = { offset, text, ...origin(known) }
            return () => text && chunk(piece)
          },
          end() {
            const facts = endOf(known) as End
            return () => {
              end(facts)
              onEnd()
            }
          },
          alive,
        }
        await connectFake(known, reader, line)
      }),
  }

  /** What a copy of the store says that lags behind, if that is who answers. */
  function staleAnswer(text: FakeText, line: FakeLine): Snapshot | undefined {
    const length = line.faults.takeStale(text.storedLength)
    if (length === undefined) return undefined
    return { offset: 0, text: text.text.slice(0, length), status: 'streaming', ...origin(text) }
  }

  async function follow(source: SourceRequest, next: (snapshot: Snapshot) => void, alive: () => void) {
    const { text: known, line } = await server.take('read', source)
    const stale = staleAnswer(known, line)
    if (stale) next(stale)
    const tell = (snapshot: Snapshot) => () => {
      next(snapshot)
      if (isTerminal(snapshot.status)) onEnd()
    }
    const reader: FakeReader = {
      from: startFor(source),
      signal: source.signal,
      limit: () => known.storedLength,
      piece(offset, text) {
        const status = known.status === 'pending' ? 'pending' : 'streaming'
        return tell({ offset, text, status, ...origin(known) })
      },
      end() {
        const { end, ...facts } = endOf(known) as End
        return tell({ offset: end, text: '', ...facts, ...origin(known) })
      },
      alive,
    }
    await connectFake(known, reader, line)
  }

  const tail: SnapshotTail = {
    stallMs,
    open: (source, { next, alive }) => server.during(() => follow(source, next, alive)),
  }

  const fetcher: SnapshotFetcher = async (source) => {
    const { text, line } = await server.take('read', source)
    const stale = staleAnswer(text, line)
    if (stale) return stale
    const offset = startFor(source)
    const strike = line.faults.take(offset, text.storedLength)
    if (strike?.kind === 'drop') throw new SourceError('network', 'the connection was cut')
    if (strike?.kind === 'stall') return new Promise(() => {})
    const isCut = strike?.kind === 'truncate'
    const found = text.text.slice(offset, isCut ? strike.offset : text.storedLength)
    const { end: _, ...facts } = (!isCut && endOf(text)) || { end: 0, status: isCut ? 'streaming' : text.status }
    if (isTerminal(facts.status)) onEnd()
    return { offset, text: found, ...facts, ...origin(text) }
  }

  const subscription: SnapshotSubscription = {
    subscribe(source, sink) {
      const undone = new AbortController()
      const { signal } = undone
      let { offset } = source
      let timer: unknown

      const next = (snapshot: Snapshot) => {
        if (signal.aborted) return
        offset = (snapshot.offset ?? 0) + snapshot.text.length
        sink.next(snapshot)
      }
      const alive = () => signal.aborted || sink.connection('live')
      const again = (error?: unknown) => {
        if (signal.aborted) return
        if (error) sink.fail(error)
        sink.connection('waiting')
        timer = environment.setTimeout(connect, RECONNECT_MS)
      }
      function connect() {
        server.during(() => follow({ ...source, offset, signal }, next, alive)).then(() => again(), again)
      }

      connect()
      return () => {
        undone.abort()
        environment.clearTimeout(timer as never)
      }
    },
  }

  const stop: StopSource = async ({ id }) => {
    const { text } = await server.take('stop', { id })
    text.stop()
    return endOf(text)
  }

  return { live, stop, tail, fetcher, subscription }
}
