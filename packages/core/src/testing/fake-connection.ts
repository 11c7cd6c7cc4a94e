import type { Environment } from '../environment'
import { SourceError } from '../errors'
import { isTerminal } from '../types'
import type { createFakeFaults } from './fake-faults'
import type { FakeText } from './fake-text'

/** How often a connection is kept alive, in milliseconds: as often as Keepstream's server does. */
const KEEP_ALIVE_MS = 8_000

export interface FakeLine {
  readonly environment: Environment
  readonly faults: ReturnType<typeof createFakeFaults>
  /** How long everything takes on its way. */
  readonly delayMs: number
}

/** One reader of a text, and the shape in which it is told. */
export interface FakeReader {
  readonly from: number
  readonly signal: AbortSignal
  /** How far it may read now. */
  limit(): number
  /** What a piece, or the end, says as things stand: it is told when it has arrived. */
  piece(offset: number, text: string): () => void
  end(): () => void
  alive(): void
}

/** Reads a text along as it grows, past whatever lies in wait. Resolves or rejects when the connection is over. */
export function connectFake(source: FakeText, reader: FakeReader, line: FakeLine): Promise<void> {
  const { environment, faults, delayMs } = line
  const { signal } = reader
  return new Promise((resolve, reject) => {
    let at = reader.from
    let isOver = false
    /** A piece that waits for the one behind it; `next` is to become one. */
    let held: 'next' | (() => void) | undefined
    let keepAlive: unknown
    let unwatch = () => {}
    signal.addEventListener('abort', () => {
      silence()
      resolve()
    })

    const kept: (() => void)[] = []
    const post = (run: () => void, isEnd = false) => {
      if (!isEnd && faults.hold()) {
        kept.push(run)
        return
      }
      if (delayMs > 0) environment.setTimeout(() => signal.aborted || run(), delayMs)
      else run()
    }
    const failing = (run: () => void) => () => {
      try {
        run()
      } catch (error) {
        // What a reader cannot use fails its connection, as a broken answer would.
        close(() => reject(error))
      }
    }

    function close(settle: () => void) {
      if (isOver) return
      silence()
      post(() => {
        for (const run of kept) run()
        settle()
      }, true)
    }

    function silence() {
      isOver = true
      unwatch()
      environment.clearTimeout(keepAlive as never)
    }

    function beat() {
      post(reader.alive)
      keepAlive = environment.setTimeout(beat, KEEP_ALIVE_MS)
    }

    function send(end: number) {
      const offset = at
      const text = source.text.slice(offset, end)
      const tell = failing(reader.piece(offset, text))
      const deliver = () => {
        post(tell)
        if (text && faults.double()) post(tell)
      }
      at = end
      if (held === 'next') {
        held = deliver
        return
      }
      deliver()
      held?.()
      held = undefined
    }

    function read() {
      while (!isOver) {
        const limit = Math.max(at, reader.limit())
        const strike = faults.take(at, limit)
        if ((strike?.offset ?? limit) > at) send(strike?.offset ?? limit)
        if (!strike) break
        if (strike.kind === 'drop') close(() => reject(dropped()))
        else if (strike.kind === 'truncate') close(resolve)
        else if (strike.kind === 'stall') silence()
        else held ??= 'next'
      }
      if (isOver || !isTerminal(source.status) || at < source.text.length) return
      if (typeof held === 'function') held()
      post(failing(reader.end()))
      close(resolve)
    }

    if (signal.aborted) return resolve()
    unwatch = source.watch((isDead) => (isDead ? close(() => reject(dropped())) : read()))
    beat()
    // What a reader hears first is where the text stands, also when nothing is there yet.
    if (reader.limit() <= at && !isTerminal(source.status)) send(at)
    read()
  })
}

function dropped() {
  return new SourceError('network', 'the connection was cut')
}
