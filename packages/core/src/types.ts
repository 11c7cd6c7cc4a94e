import type { StreamError } from './errors'

/** A status after which nothing changes any more: the first one a stream reaches stays for ever (P13). */
export type TerminalStatus = 'done' | 'error' | 'timeout' | 'stopped'

/** What the server says of the stream. It only moves up: `pending` → `streaming` → terminal. */
export type StreamStatus = 'pending' | 'streaming' | TerminalStatus

const terminal: readonly unknown[] = ['done', 'error', 'timeout', 'stopped'] satisfies TerminalStatus[]

export function isTerminal(status: StreamStatus): status is TerminalStatus {
  return terminal.includes(status)
}

/**
 * How this reader is connected. It says nothing about the text itself. `polling`: something on the way holds the connection
 * back, so that the text comes by short requests, some hundred milliseconds late. `offline`: attempts fail, and the
 * browser says that there is no network; they go on all the same.
 */
export type Connection = 'idle' | 'connecting' | 'live' | 'polling' | 'waiting' | 'offline' | 'closed'

/**
 * A piece of the text and where it starts.
 *
 * Offsets count UTF-16 code units, as `text.length` does.
 */
export interface Chunk {
  readonly offset: number
  readonly text: string
  /** The number of the claim this text was produced under. Left out by backends that have none. */
  readonly epoch?: number | undefined
  /** Where that epoch began: everything before it was durable. */
  readonly base?: number | undefined
  /** `false`: this is backlog, and more of it follows. @default true */
  readonly upToDate?: boolean | undefined
  /** Nobody writes at the moment: the process that did has not been heard of in time. @default false */
  readonly stalled?: boolean | undefined
}

/** Persisted text from `offset`, and the status at that moment. */
export interface Snapshot {
  /** Where `text` starts. @default 0 */
  readonly offset?: number | undefined
  readonly text: string
  readonly status: StreamStatus
  readonly epoch?: number | undefined
  readonly base?: number | undefined
  /** `false`: the store holds more than this answer carries; ask again at once. @default true */
  readonly upToDate?: boolean | undefined
  /** A word for readers on why the status is `error`. */
  readonly error?: string | undefined
  /** With a terminal status: why the producer stopped, in its own word. */
  readonly finishReason?: string | undefined
  /** Nobody writes at the moment: the process that did has not been heard of in time. @default false */
  readonly stalled?: boolean | undefined
}

/** The explicit end of a stream. A connection that closes without one was cut (P4). */
export interface End {
  /** The length of the whole text. */
  readonly end: number
  readonly status: TerminalStatus
  /** The epoch that ended. */
  readonly epoch?: number | undefined
  readonly error?: string | undefined
  /** Why the producer stopped, in its own word, such as `length`. */
  readonly finishReason?: string | undefined
}

/** What a source is asked for: the text of `id` from `offset` on. */
export interface SourceRequest {
  readonly id: string
  readonly offset: number
  /** The epoch of the text already held; left out while none is known. */
  readonly epoch?: number | undefined
  /** Aborts when the answer is no longer wanted. A source must let go of everything then. */
  readonly signal: AbortSignal
}

/**
 * The pluggable fetcher: one look at the persisted text. It is called again, with back-off while nothing changes, until
 * it answers with a terminal status. It may answer from `request.offset` or with the whole body.
 */
export type SnapshotFetcher = (request: SourceRequest) => Promise<Snapshot>

/** Where a {@link SnapshotSubscription} tells what it sees. */
export interface SubscriptionSink {
  next(snapshot: Snapshot): void
  /** A failure to show. It does not end the subscription. */
  fail(error: unknown): void
  /** The subscription is over, and why. It is undone, and made anew like any attempt that failed. */
  lost(error: unknown): void
  /** `waiting` while the subscription's own socket is down, `live` once it is up again. */
  connection(connection: 'live' | 'waiting'): void
}

/**
 * Persisted text that is pushed, such as a database's reactive query.
 *
 * An implementation MUST call `next` with the current snapshot soon after subscribing (synchronously is fine) and on
 * every change, MUST reconnect by itself, and MUST be silent once the returned undo was called.
 */
export interface SnapshotSubscription {
  subscribe(request: SourceRequest, sink: SubscriptionSink): () => void
}

/** Where a {@link SnapshotTail} tells what it reads. */
export interface TailSink {
  next(snapshot: Snapshot): void
  /** Bytes arrived, keep-alives among them. */
  alive(): void
}

/**
 * Persisted text that is followed over one connection as it grows.
 *
 * `open` MUST say where each piece starts (left out, it is 0 and replaces what is shown), MUST resolve when the connection ends for whatever reason and reject when it
 * failed, and leaves reconnecting to the caller. It needs no end of its own: a terminal snapshot is one.
 */
export interface SnapshotTail {
  open(request: SourceRequest, sink: TailSink): Promise<void>
  /**
   * One look at the same text, in a short request of its own: for when something on the way holds the connection back, or
   * nobody knows whether it still lives. @default none: then only `stallMs` helps
   */
  readonly read?: SnapshotFetcher | undefined
  /** A connection on which not even a keep-alive arrived for this long is given up, in milliseconds. @default never */
  readonly stallMs?: number | undefined
}

/** Where the client reads persisted text from: asked, pushed, or followed. */
export type SnapshotSource = SnapshotFetcher | SnapshotSubscription | SnapshotTail

/** Where a {@link LiveSource} tells what it reads. */
export interface LiveSink {
  chunk(chunk: Chunk): void
  end(end: End): void
  /** Bytes arrived, keep-alives among them. */
  alive(): void
}

/**
 * Starts the generation of a stream and reads it. For the driver alone.
 *
 * `open` MUST resolve when the connection ends; without a call of `sink.end` before, that counts as a cut. It rejects
 * with a `SourceError` when the stream could not be driven. It may read from 0 or from `request.offset`: a chunk says where
 * it starts.
 */
export interface LiveSource {
  open(request: SourceRequest, sink: LiveSink): Promise<void>
  /** Driving is idempotent at this backend: driving again joins the running generation. @default false */
  readonly canRepeat?: boolean | undefined
  /** A connection on which not even a keep-alive arrived for this long is given up, in milliseconds. @default never */
  readonly stallMs?: number | undefined
}

/**
 * Asks the server to stop a stream. Resolves with the stream's end once that is stored, or with `undefined` when the
 * wish is noted and the end will be read later. Must be safe to repeat. The signal aborts after 10 s.
 */
export type StopSource = (request: { readonly id: string; readonly signal: AbortSignal }) => Promise<End | undefined>

/** Everything a client reads from. */
export interface StreamSources {
  readonly live?: LiveSource | undefined
  readonly snapshot: SnapshotSource
  readonly stop?: StopSource | undefined
}

/** What a screen shows of a stream. A new object for every published change, the same one while nothing changes. */
export interface StreamState {
  readonly text: string
  /**
   * Whose text this is, and where that epoch began: with both, a copy that was kept can be checked when it is given back as
   * `initial`. `undefined` while it is not known, and with backends that have no epochs.
   */
  readonly epoch: number | undefined
  readonly base: number | undefined
  readonly status: StreamStatus
  readonly connection: Connection
  /**
   * Set with every terminal status but `done` and `stopped`: `generation` and `timeout` come from the stream and stay, and
   * only another stream helps. The others come from the connection and go with progress; `retry()` tries again at once.
   */
  readonly error: StreamError | undefined
  /** What is shown is no longer backlog. */
  readonly isCaughtUp: boolean
  /** The store contradicted what was shown, and the stored text replaced it (P9). */
  readonly isReconciled: boolean
  /**
   * Nobody writes at the moment: the process that did has not been heard of in time. It may come back, or another may take
   * its place; otherwise the status becomes `timeout`. Never with a terminal status, nor where the backend cannot tell.
   */
  readonly isStalled: boolean
  /**
   * Why the producer stopped, in its own word, where the backend tells it. With `done`, `length` and `content-filter` mean
   * that the text is all there is and was cut by the model's provider. `undefined` until the end.
   */
  readonly finishReason: string | undefined
}

/** What a page was rendered with, as a snapshot source gives it, or a state that was kept. Its text is whole. */
export type Initial = Snapshot | StreamState

/** What a client does for a stream, for a log, a timeline or a metric. It carries no text. */
export type StreamEvent = PhaseEvent | PieceEvent

/**
 * Another attempt, or the end of all: `driving` and `following` begin to read at `offset`, `waiting` will try again after
 * `error`, `failed` needs a person, `finished` is for ever, and `idle` has no reader left.
 */
export interface PhaseEvent {
  readonly type: 'idle' | 'driving' | 'following' | 'waiting' | 'failed' | 'finished'
  readonly id: string
  /** The length of the text shown. */
  readonly offset: number
  readonly status: StreamStatus
  readonly error: StreamError | undefined
}

/**
 * What became of a piece that was read: `appended`; `duplicate`, all of it shown already; `stale`, from an older epoch;
 * `gap`, text before it is missing and its source is given up; `reconciled`, text that was shown is replaced or cut.
 */
export interface PieceEvent {
  readonly type: 'appended' | 'duplicate' | 'stale' | 'gap' | 'reconciled'
  readonly id: string
  /** The drive's own response, or the persisted text. */
  readonly source: 'live' | 'snapshot'
  /** Where the piece starts. */
  readonly offset: number
  /** In UTF-16 code units. What of it was shown already is not appended again. */
  readonly length: number
}
