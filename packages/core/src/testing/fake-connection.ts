import type { Environment } from '../environment'
import { SourceError } from '../errors'
import { isTerminal } from '../types'
import type { createFakeFaults } from './fake-faults'
import type { FakeText } from './fake-text'

/** How often a connection gets a keep-alive, in milliseconds: as often as from Keepstream's server. */
const KEEP_ALIVE_MS = 8_000

export interface FakeLine {
  readonly environment: Environment
  readonly faults: ReturnType<typeof createFakeFaults>
  /** How long each message takes to arrive. */
  readonly delayMs: number
}

/** One reader of a text, and how it receives the text. */
export interface FakeReader {
  readonly from: number
  readonly signal: AbortSignal
  /** How far it may read now. */
  limit(): number
  /** Captures a chunk in its current state. The returned function delivers it. */
  chunk(offset: number, text: string): () => void
  /** Captures the end. The returned function delivers it. */
  end(): () => void
  alive(): void
}

/** Reads a text as it grows, with all planned faults. Resolves or rejects when the connection is over. */
export function connectFake(source: FakeText, reader: FakeReader, line: FakeLine): Promise<void> {
  const { environment, faults, delayMs } = line
  const { signal } = reader
  return new Promise((resolve, reject) => {
    let at = reader.from
    let isOver = false
    /** A chunk that is delivered after the one behind it. `next`: hold back the next chunk. */
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
        // If a reader throws, its connection fails, as with a malformed response.
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

    function sendKeepAlive() {
      post(reader.alive)
      keepAlive = environment.setTimeout(sendKeepAlive, KEEP_ALIVE_MS)
    }

    function send(end: number) {
      const offset = at
      const text = source.text.slice(offset, end)
      const emit = failing(reader.chunk(offset, text))
      const deliver = () => {
        post(emit)
        if (text && faults.double()) post(emit)
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
    sendKeepAlive()
    // A reader first receives the current state, even when there is no text yet.
    if (reader.limit() <= at && !isTerminal(source.status)) send(at)
    read()
  })
}

function dropped() {
  return new SourceError('network', 'the connection was cut')
}
