import type { StreamStatus, TerminalStatus } from '@keepstream/core'
import type { FakeConnection } from './fake-connection'

/** A stream of the fake server. A test controls what it writes and breaks. */
export interface FakeStream {
  readonly text: string
  readonly status: StreamStatus
  /** How often a producer was started. A drive of a stream that is not pending joins it. */
  readonly runs: number
  /** The producer appends. A driver receives the text at once, followers once it is stored. @default stored at once */
  write(text: string, options?: { isStored: boolean }): void
  /** Stores the text written so far. */
  store(): void
  /** The producer ends. Its text is stored first. */
  close(status?: TerminalStatus, finishReason?: string): void
  /** Sends a keep-alive on every open connection. */
  ping(): void
  /** Breaks every open connection, as a proxy or a network can. */
  cut(): void
  /**
   * The server dies with its drivers. Text that is not stored is lost, and another server resumes the generation from
   * the stored text under a new epoch. Followers receive the new epoch.
   */
  crash(): void
  /** The process that writes stalls, or continues. Followers receive the change. */
  stall(isStalled: boolean): void
  /** Blocks the driver's connection until it is called with `false`. */
  hold(isHeld: boolean): void
}

/** The same stream, with what only the server needs. */
export interface ServedStream extends FakeStream {
  readonly epoch: number
  readonly base: number
  readonly stored: number
  readonly isStalled: boolean
  readonly finishReason: string | undefined
  readonly connections: Set<FakeConnection>
  /** Starts a producer if there is none yet. */
  start(): void
  /**
   * The offset at which text read under an older epoch becomes invalid. `undefined` if there is none before `offset`.
   */
  divergence(epoch: number, offset: number): number | undefined
}

export function createFakeStream(): ServedStream {
  let text = ''
  let status: StreamStatus = 'pending'
  let runs = 0
  let stored = 0
  let isStalled = false
  let finishReason: string | undefined
  /** The offset at which each epoch began, oldest first. */
  const bases = [0]
  const connections = new Set<FakeConnection>()
  const all = (act: (connection: FakeConnection) => void) => {
    for (const connection of [...connections]) act(connection)
  }

  const stream: ServedStream = {
    connections,
    get epoch() {
      return bases.length
    },
    get base() {
      return bases.at(-1) ?? 0
    },
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
    get isStalled() {
      return isStalled
    },
    get finishReason() {
      return finishReason
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
    close(end = 'done', reason) {
      if (status === 'pending' || status === 'streaming') {
        status = end
        finishReason = reason
      }
      stream.store()
    },
    ping: () => all((connection) => connection.ping()),
    cut: () => all((connection) => connection.cut(new TypeError('terminated'))),
    crash() {
      text = text.slice(0, stored)
      bases.push(stored)
      all((connection) => (connection.isDriver ? connection.cut(new TypeError('terminated')) : connection.advance()))
    },
    divergence(epoch, offset) {
      const base = Math.min(...bases.slice(epoch), Infinity)
      return base < offset ? base : undefined
    },
    stall(stalled) {
      isStalled = stalled
      all((connection) => connection.advance())
    },
    hold: (isHeld) => all((connection) => connection.hold(isHeld)),
  }
  return stream
}
