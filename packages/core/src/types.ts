import type { StreamError } from './errors'

/** A status after which a stream never changes again. The first one that a stream reaches stays (P13). */
export type TerminalStatus = 'done' | 'error' | 'timeout' | 'stopped'

/** The status of the stream on the server. It only moves forward: `pending` → `streaming` → terminal. */
export type StreamStatus = 'pending' | 'streaming' | TerminalStatus

const terminal: readonly unknown[] = ['done', 'error', 'timeout', 'stopped'] satisfies TerminalStatus[]

/** Whether the stream has ended: `done`, `error`, `timeout` or `stopped`. */
export function isTerminal(status: StreamStatus): status is TerminalStatus {
  return terminal.includes(status)
}

/**
 * How this reader is connected. It is independent of the status of the text.
 *
 * - `idle`: no reader is attached.
 * - `connecting`: a request is on its way.
 * - `live`: the text arrives as it is written.
 * - `polling`: the text is read in short requests, up to 2 s late or, at a source that is polled, up to the longest pause of
 *   `poll`. Something holds the connection back, or the client has more streams than connections (`maxLive`).
 * - `waiting`: an attempt failed. The client waits before the next one.
 * - `offline`: as `waiting`, while the browser reports that there is no network. The client still tries.
 * - `failed`: the backend refused for good. Only `retry()` tries again.
 * - `closed`: the stream has ended.
 */
export type Connection = 'idle' | 'connecting' | 'live' | 'polling' | 'waiting' | 'offline' | 'failed' | 'closed'

/** Which generation wrote a text. A backend without epochs has none. */
export interface Origin {
  /** The number of the claim under which the text was produced. It only moves up. */
  readonly epoch: number
  /** The offset where that epoch began. Everything before it was durable. */
  readonly base: number
}

/** A part of the text and the offset where it starts. Offsets count UTF-16 code units, as `text.length` does. */
export interface Chunk {
  readonly offset: number
  readonly text: string
  readonly origin?: Origin | undefined
  /** `false`: this is backlog, and more backlog follows. @default true */
  readonly upToDate?: boolean | undefined
  /** No process writes the text at the moment: the lease of the last one has expired. @default false */
  readonly stalled?: boolean | undefined
}

/** Persisted text from `offset`, and the status at that moment. With `upToDate: false` the client reads on at once. */
export interface Snapshot extends Chunk {
  readonly status: StreamStatus
  /** With the status `error`: a code for the reason. */
  readonly error?: string | undefined
  /** With a terminal status: the producer's finish reason, such as `length`. */
  readonly finishReason?: string | undefined
}

/** The explicit end of a stream. A connection that closes without it was cut (P4). */
export interface End {
  /** The length of the whole text. */
  readonly end: number
  readonly status: TerminalStatus
  /** The epoch that ended. */
  readonly epoch?: number | undefined
  readonly error?: string | undefined
  /** The producer's finish reason, such as `length`. */
  readonly finishReason?: string | undefined
}

/**
 * What this reader's user asked. It is sent with each request that drives the stream, never in a URL, and a client neither
 * logs nor stores it.
 */
export interface DriveRequest {
  /**
   * Text and `FormData` are sent as they are. Any other value is sent as JSON, with its content type. A value that JSON
   * cannot hold fails with `invalid-option`. @default none
   */
  readonly body?: unknown
  /** They replace the source's own headers of the same names. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Creates the stream with this request, unless there is one with its id: `createStreamId()` makes one. Pass it only where the
   * user asks, and not after a reload, which could ask again for a text that was deleted. Only `keepstream` reads it, and its
   * server needs the option `create`. @default false
   */
  readonly create?: boolean | undefined
}

/** Which text a source has to read: that of `id`, from `offset` on. */
export interface SourceRequest {
  readonly id: string
  readonly offset: number
  /** The epoch of the text that the client has. It is left out while none is known. */
  readonly epoch?: number | undefined
  /** Only for a {@link LiveSource}: what the reader that drives has passed as `start`. */
  readonly start?: DriveRequest | undefined
  /** Aborts when the result is not needed any more. A source must then close everything it opened. */
  readonly signal: AbortSignal
}

/**
 * Reads the persisted text once. The client calls it again and again, with backoff while nothing changes, until it returns a
 * terminal status. It may return the text from `request.offset`, or the whole text with `offset: 0`.
 */
export type SnapshotFetcher = (request: SourceRequest) => Promise<Snapshot>

/** Where a {@link SnapshotSubscription} reports. */
export interface SubscriptionSink {
  next(snapshot: Snapshot): void
  /** Shows a failure. The subscription goes on. */
  fail(error: unknown): void
  /** The subscription has ended with this error. The client unsubscribes, and subscribes again after a wait. */
  lost(error: unknown): void
  /** `waiting` while the subscription's own connection is down, `live` once it is up again. */
  connection(connection: 'live' | 'waiting'): void
}

/**
 * Persisted text that is pushed, such as a database's reactive query.
 *
 * An implementation MUST call `next` with the current snapshot soon after subscribing (synchronously is fine) and on
 * every change. It MUST reconnect by itself. The returned function unsubscribes. After that, it MUST call nothing.
 */
export interface SnapshotSubscription {
  subscribe(request: SourceRequest, sink: SubscriptionSink): () => void
}

/** Where a {@link SnapshotTail} reports the text it reads. */
export interface TailSink {
  next(snapshot: Snapshot): void
  /** Bytes arrived, keep-alives among them. */
  alive(): void
}

/**
 * Persisted text that is followed over one connection as it grows.
 *
 * `open` MUST resolve when the connection ends, and reject when it fails. It MUST NOT reconnect: the client does. A terminal
 * snapshot is the end.
 */
export interface SnapshotTail {
  open(request: SourceRequest, sink: TailSink): Promise<void>
  /**
   * Reads the same text once, in a short request. The client calls it when something holds the connection back, or when the
   * connection may be dead. @default none: then only `stallMs` finds a dead connection
   */
  readonly read?: SnapshotFetcher | undefined
  /** A URL of its server. With it, the client opens more connections where the browser reports HTTP/2 or HTTP/3. @default none */
  readonly url?: string | undefined
  /** A connection without a byte for this long, in milliseconds, is closed and opened again. Keep-alives count. @default never */
  readonly stallMs?: number | undefined
}

/** Where the client reads persisted text: polled, pushed, or followed. */
export type SnapshotSource = SnapshotFetcher | SnapshotSubscription | SnapshotTail

/** Where a {@link LiveSource} reports the text it reads. */
export interface LiveSink {
  chunk(chunk: Chunk): void
  end(end: End): void
  /** Bytes arrived, keep-alives among them. */
  alive(): void
}

/**
 * Starts the generation of a stream and reads it. Only the driver uses it.
 *
 * `open` MUST resolve when the connection ends. Unless `sink.end` was called before, that counts as a cut. `open` MUST
 * reject with a `SourceError` when the stream could not be driven. It may read from 0 or from `request.offset`.
 */
export interface LiveSource {
  open(request: SourceRequest, sink: LiveSink): Promise<void>
  /** Driving again joins the running generation, so that the client may repeat it. @default false */
  readonly canRepeat?: boolean | undefined
  /** A connection without a byte for this long, in milliseconds, is closed and opened again. Keep-alives count. @default never */
  readonly stallMs?: number | undefined
}

/**
 * Requests the server to stop a stream. Resolves with the end once it is stored, or with `undefined` if the server has noted
 * the request and the end will be read later. It must be safe to repeat. The signal aborts after 10 s.
 */
export type StopSource = (request: { readonly id: string; readonly signal: AbortSignal }) => Promise<End | undefined>

/** The sources of a client. */
export interface StreamSources {
  readonly live?: LiveSource | undefined
  readonly snapshot: SnapshotSource
  readonly stop?: StopSource | undefined
}

/** A failure after which the client tries again by itself. It disappears with progress. */
export interface Retrying {
  readonly error: StreamError
  /** Attempts in a row that failed. */
  readonly failures: number
  /** When the next attempt begins, as milliseconds since 1970. `undefined` during an attempt. */
  readonly nextAtMs: number | undefined
}

/** The fields of a {@link StreamState} that do not depend on its status. */
export interface StreamFacts {
  readonly text: string
  /**
   * With it, a copy that a page kept can be checked when it comes back as `initial`. `undefined` until all of the text is known
   * to be of one epoch, and with backends without epochs.
   */
  readonly origin: Origin | undefined
  /** The shown text has caught up with the stream: it is no longer backlog. */
  readonly isCaughtUp: boolean
  /** The store had another text than the shown one, which was replaced (P9). */
  readonly isReconciled: boolean
}

/** The stream has not ended. */
export interface OpenState extends StreamFacts {
  readonly status: 'pending' | 'streaming'
  readonly connection: Exclude<Connection, 'failed' | 'closed'>
  readonly error: undefined
  /** Why the text may be late. The client heals it by itself, and `retry()` tries again at once. */
  readonly retrying: Retrying | undefined
  /**
   * No process writes the text at the moment: the lease of the last one has expired. It may come back, or another process
   * may resume the generation. Otherwise the status becomes `timeout`. Never `true` with a terminal status.
   */
  readonly isStalled: boolean
  /** `stop()` was called, and neither the end is shown nor has it failed. */
  readonly isStopping: boolean
  readonly finishReason: undefined
}

/** The stream cannot be read. It may have ended or not. `error` says why, such as `unauthorized`; `retry()` tries again. */
export interface FailedState extends Omit<OpenState, 'connection' | 'error' | 'retrying'> {
  readonly connection: 'failed'
  readonly error: StreamError
  readonly retrying: undefined
}

/** The stream has ended. This never changes again. */
export type EndedState = StreamFacts & {
  readonly connection: 'closed'
  readonly retrying: undefined
  readonly isStalled: false
  readonly isStopping: false
  /**
   * The producer's finish reason, if the backend has one. With `done`, `length` and `content-filter` mean that the model's
   * provider cut the text.
   */
  readonly finishReason: string | undefined
} & (
    | { readonly status: 'done' | 'stopped'; readonly error: undefined }
    /** The code is `generation` or `timeout`. Only a new stream helps. */
    | { readonly status: 'error' | 'timeout'; readonly error: StreamError }
  )

/**
 * The state of a stream for a page. Each published change is a new object. While nothing changes, it is the same object.
 *
 * `error` is set only when nothing more is tried: the `status` is `error` or `timeout`, or the `connection` is `failed`. A
 * failure that the client heals by itself is `retrying`.
 */
export type StreamState = OpenState | FailedState | EndedState

/** What a page was rendered with, or a `StreamState` that was kept: the whole text, from offset 0. */
export interface Initial {
  readonly text: string
  readonly status: StreamStatus
  readonly origin?: Origin | undefined
  /** With the status `error`: the code of the reason. The error object of a kept state counts as none. */
  readonly error?: string | StreamError | undefined
  readonly finishReason?: string | undefined
  /** The text is whole, so it has none. This keeps a part, such as a `Snapshot`, from being passed. */
  readonly offset?: undefined
}

/** Something that a client did for a stream, for a log, a timeline or a metric. It contains no text. */
export type StreamEvent = PhaseEvent | PieceEvent

/**
 * The phase of a stream has changed. `driving` and `following` start to read at `offset`. `waiting` tries again after
 * `error`. `failed` tries again only after `retry()`. `finished` never changes again. `idle` has no reader.
 */
export interface PhaseEvent {
  readonly type: 'idle' | 'driving' | 'following' | 'waiting' | 'failed' | 'finished'
  readonly id: string
  /** The length of the shown text. */
  readonly offset: number
  readonly status: StreamStatus
  /** Why the client waits, why it has failed, or which error ended the stream. */
  readonly error: StreamError | undefined
}

/**
 * The outcome of a chunk that was read.
 *
 * - `appended`: its new part was added.
 * - `duplicate`: all of it was shown already.
 * - `stale`: it belongs to an older epoch, and was ignored.
 * - `gap`: text before it is missing. Its source is closed, and reading goes on from the shown text.
 * - `reconciled`: shown text was replaced or cut.
 */
export interface PieceEvent {
  readonly type: 'appended' | 'duplicate' | 'stale' | 'gap' | 'reconciled'
  readonly id: string
  /** The drive's own response, or the persisted text. */
  readonly source: 'live' | 'snapshot'
  /** Where the chunk starts. */
  readonly offset: number
  /** The length of the chunk, in UTF-16 code units. The part that is shown already is not appended again. */
  readonly length: number
}
