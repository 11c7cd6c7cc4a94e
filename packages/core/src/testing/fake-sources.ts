import type { Environment } from '../environment'
import { isStreamError, SourceError } from '../errors'
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

/** The faults of a single response. It has no chunks that could be reordered. */
const fetchStrikes = ['drop', 'truncate', 'stall'] as const

/** The server as every kind of source. `onEnd` is called when a reader has received the end. */
export function createFakeSources(
  server: FakeServer,
  environment: Environment,
  { canRepeat = true, stallMs = 25_000 }: Pick<LiveSource, 'canRepeat' | 'stallMs'>,
  onEnd: () => void,
) {
  const { factsOf, endOf, startFor } = server

  const live: LiveSource = {
    canRepeat,
    stallMs,
    open: ({ signal, ...source }, { chunk, end, alive }) =>
      server.during(async () => {
        const { text: known, line } = await server.take('drive', source)
        known.start()
        const reader: FakeReader = {
          from: source.epoch === known.epoch ? Math.min(startFor({ ...source, signal }), known.text.length) : 0,
          signal,
          limit: () => known.text.length,
          chunk(offset, text) {
            const one = { offset, text, ...factsOf(known) }
            return () => text && chunk(one)
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

  /** The snapshot of a stale replica, if this reader gets one. */
  function staleSnapshot(text: FakeText, line: FakeLine): Snapshot | undefined {
    const length = line.faults.takeStale(text.storedLength)
    if (length === undefined) return undefined
    return { offset: 0, text: text.text.slice(0, length), status: 'streaming', ...factsOf(text) }
  }

  async function follow(source: SourceRequest, next: (snapshot: Snapshot) => void, alive: () => void) {
    const { text: known, line } = await server.take('read', source)
    const stale = staleSnapshot(known, line)
    if (stale) next(stale)
    const emit = (snapshot: Snapshot) => () => {
      next(snapshot)
      if (isTerminal(snapshot.status)) onEnd()
    }
    const reader: FakeReader = {
      from: startFor(source),
      signal: source.signal,
      limit: () => known.storedLength,
      chunk(offset, text) {
        const status = known.status === 'pending' ? 'pending' : 'streaming'
        return emit({ offset, text, status, ...factsOf(known) })
      },
      end() {
        const { end, ...facts } = endOf(known) as End
        return emit({ offset: end, text: '', ...facts, ...factsOf(known) })
      },
      alive,
    }
    await connectFake(known, reader, line)
  }

  const fetcher: SnapshotFetcher = async (source) => {
    const { text, line } = await server.take('read', source)
    const stale = staleSnapshot(text, line)
    if (stale) return stale
    const offset = startFor(source)
    const strike = line.faults.take(offset, text.storedLength, fetchStrikes)
    if (strike?.kind === 'drop') throw new SourceError('network', 'the connection was cut')
    if (strike?.kind === 'stall') return new Promise(() => {})
    const isCut = strike?.kind === 'truncate'
    const found = text.text.slice(offset, isCut ? strike.offset : text.storedLength)
    const { end: _, ...facts } = (!isCut && endOf(text)) || { end: 0, status: isCut ? 'streaming' : text.status }
    if (isTerminal(facts.status)) onEnd()
    return { offset, text: found, ...facts, ...factsOf(text) }
  }

  const tail: SnapshotTail = {
    stallMs,
    read: fetcher,
    open: (source, { next, alive }) => server.during(() => follow(source, next, alive)),
  }

  const subscription: SnapshotSubscription = {
    subscribe(source, sink) {
      let { offset, epoch } = source
      let isUnsubscribed = false
      let attempt = new AbortController()
      let silence: unknown
      let timer: unknown

      const watchSilence = () => {
        environment.clearTimeout(silence as never)
        silence = environment.setTimeout(() => attempt.abort(), stallMs)
      }
      const next = (snapshot: Snapshot) => {
        if (attempt.signal.aborted) return
        watchSilence()
        offset = snapshot.offset + snapshot.text.length
        epoch = snapshot.origin?.epoch
        sink.next(snapshot)
      }
      const alive = () => {
        if (attempt.signal.aborted) return
        watchSilence()
        sink.connection('live')
      }
      const again = (error?: unknown) => {
        if (isUnsubscribed) return
        environment.clearTimeout(silence as never)
        // The error has the offset from which the text differs. The subscription reads on from there.
        if (isDiverged(error)) ({ offset = 0, epoch } = error)
        else if (error) sink.fail(error)
        sink.connection('waiting')
        timer = environment.setTimeout(connect, RECONNECT_MS)
      }
      function connect() {
        attempt = new AbortController()
        watchSilence()
        const { signal } = attempt
        server.during(() => follow({ ...source, offset, epoch, signal }, next, alive)).then(() => again(), again)
      }

      connect()
      return () => {
        isUnsubscribed = true
        attempt.abort()
        environment.clearTimeout(silence as never)
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

function isDiverged(error: unknown): error is SourceError {
  return isStreamError(error) && error.code === 'diverged'
}
