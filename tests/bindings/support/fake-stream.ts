import type { StreamStatus, TerminalStatus } from '@keepstream/core'
import type { FakeConnection } from './fake-connection'

/** A stream at the fake server, told what to write and what to break. */
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
  close(status?: TerminalStatus, finishReason?: string): void
  /** A keep-alive on every open connection. */
  ping(): void
  /** Every open connection breaks, as a proxy or a network does it. */
  cut(): void
  /**
   * The server dies with its drivers: what is not stored is lost, and another one takes up the generation from there
   * under a new epoch. Its followers hear of it.
   */
  crash(): void
  /** The process that writes is not heard of any more, or is heard of again. Followers are told. */
  stall(isStalled: boolean): void
  /** The driver's connection no longer takes anything, until it is let go again. */
  hold(isHeld: boolean): void
}

/** The same, as its server sees it. */
export interface ServedStream extends FakeStream {
  readonly epoch: number
  readonly base: number
  readonly stored: number
  readonly isStalled: boolean
  readonly finishReason: string | undefined
  readonly connections: Set<FakeConnection>
  /** Starts a producer if nobody has. */
  start(): void
  /** Where what was read under an older epoch and the text part; `undefined` is for nowhere before `offset`. */
  divergence(epoch: number, offset: number): number | undefined
}

export function createFakeStream(): ServedStream {
  let text = ''
  let status: StreamStatus = 'pending'
  let runs = 0
  let stored = 0
  let isStalled = false
  let finishReason: string | undefined
  /** Where each epoch began; the first one is the first. */
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
