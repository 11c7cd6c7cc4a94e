import type { StreamStatus, TerminalStatus } from './status'

/** The state of a stream, without its text. */
export interface StreamHead {
  readonly id: string
  readonly status: StreamStatus
  /**
   * The number of the latest claim: one more than that of the claim before. Before the first claim it is what `create` was
   * given.
   */
  readonly epoch: number
  /** The offset where that epoch began. Everything before it was durable then. */
  readonly base: number
  /** The durable length, in UTF-16 code units. */
  readonly offset: number
  readonly stopRequested: boolean
  /** Why the status is `error`: a code for readers. */
  readonly error?: string
  /** The producer's finish reason, such as `length`. At most 64 printable ASCII characters. */
  readonly finishReason?: string
  /**
   * The stream may be expired now, by the store's clock: its lease has been over for a further lease, or it has been
   * `pending` for longer than the store's `pendingMs`.
   */
  readonly isLapsed: boolean
  /**
   * By the store's clock, no process writes at the moment: the stream is `streaming`, and its lease has expired. The next
   * write or heartbeat of its owner makes this `false` again. A lapsed stream is stalled too.
   */
  readonly isStalled: boolean
  /**
   * The store's clock at the time of this read, in milliseconds since 1970. The store measures leases by it. The server
   * compares it with a clock that does not jump, so that a clock that was set forward ends no stream.
   */
  readonly now: number
}

/** A part of the text, and the head at the same moment. */
export interface StoredRange {
  readonly head: StreamHead
  /** Where `text` starts: the requested offset, or the durable length if that is smaller. */
  readonly start: number
  readonly text: string
}

export type CreateResult = 'created' | 'exists'

export interface CreateRequest {
  /**
   * The epoch before the first claim, a whole number. A stream with an id that a deleted stream may have had needs a higher one
   * than that stream ever had. So no reader takes the text of the one for the text of the other. @default 0
   */
  readonly epoch?: number
  /** For `list`: whose stream it is, such as a user's id. Neither of the two ever changes. @default none */
  readonly owner?: string | undefined
  /** For `list`: what it belongs to, such as a conversation. @default none */
  readonly group?: string | undefined
}

/** Which streams `list` returns. It has an owner, a group or both. */
export interface ListRequest {
  readonly owner?: string | undefined
  readonly group?: string | undefined
  /** Only streams with one of these statuses. A stream that has lapsed still has the status that is stored. @default any */
  readonly statuses?: readonly StreamStatus[] | undefined
  /** Only streams that have not ended, or ended at this time or later, in milliseconds by the store's clock. @default any */
  readonly endedSince?: number | undefined
  /** Only streams that come after this one in the order of `list`. */
  readonly after?: ListPosition | undefined
  /** The largest number of streams to return, at least 1. */
  readonly limit: number
}

/** The place of a stream in a list. */
export interface ListPosition {
  readonly createdAt: number
  readonly id: string
}

export interface ListedStream {
  readonly head: StreamHead
  readonly owner?: string
  readonly group?: string
  /** Both times are in milliseconds since 1970, by the store's clock. */
  readonly createdAt: number
  /** When the status became terminal. */
  readonly endedAt?: number
}

export type ClaimResult =
  /**
   * The owner has the stream. It appends under `epoch` from `offset` on, which is the durable length now. `meta` is what was
   * passed to `create`: a new copy.
   */
  | { readonly type: 'claimed'; readonly epoch: number; readonly offset: number; readonly meta: unknown }
  /** Another owner has the stream. */
  | { readonly type: 'busy'; readonly head: StreamHead }
  | { readonly type: 'terminal'; readonly head: StreamHead }
  | { readonly type: 'gone' }

/** The result of `expire`. */
export type ExpireResult =
  /** This call ended the stream, as `head` says. Of several calls, one gets this result. */
  | { readonly type: 'expired'; readonly head: StreamHead }
  /** Nothing was changed: the stream has not lapsed, was claimed again, or had ended before. */
  | { readonly type: 'kept'; readonly head: StreamHead }
  | { readonly type: 'gone' }

/** The result of `append`, `beat` and `close`. */
export type WriteResult =
  /** Durable. `offset` is the durable length now. */
  | { readonly type: 'ok'; readonly offset: number; readonly stopRequested: boolean }
  /**
   * Nothing was written: the epoch, the offset or the status differs, and `head` has the current one. If `head` has the
   * writer's epoch and is `streaming`, the writer goes on at `head.offset`. Otherwise it is fenced for good.
   */
  | { readonly type: 'conflict'; readonly head: StreamHead }
  /** The stream was deleted, or never existed. */
  | { readonly type: 'gone' }

export interface ClaimRequest {
  /** A random string for each run. The same owner gets the same result, so that a claim may be repeated. */
  readonly owner: string
  /** How long the claim lasts without an append or a heartbeat, in milliseconds. */
  readonly leaseMs: number
  /**
   * `true`: also claims a lapsed `streaming` stream, under the next epoch, at its durable length. If a stop was requested, the
   * stream becomes `stopped` instead, and the result is `terminal`. `false`: a lapsed stream is `busy`.
   */
  readonly canTakeOver: boolean
}

export interface AppendRequest {
  readonly epoch: number
  /** Where `text` starts: the durable length as this writer knows it. */
  readonly offset: number
  /** It is never empty, has no lone surrogate and no U+0000, and never ends inside a surrogate pair. */
  readonly text: string
}

/** How a stream ends. Only `done` has a finish reason, and it has no error. */
export type StoredEnding =
  | { readonly status: 'done'; readonly error?: never; readonly finishReason?: string }
  | { readonly status: Exclude<TerminalStatus, 'done'>; readonly error?: string; readonly finishReason?: never }

export type CloseRequest = StoredEnding & {
  readonly epoch: number
  readonly offset: number
  /** The last text to store, or an empty string. */
  readonly text: string
}

export interface SweepRequest {
  /**
   * Deletes only streams that ended at least this long ago by the store's clock, in milliseconds: those that became terminal
   * then, and those that lapsed then and were neither ended nor resumed since. 0: all that have ended or lapsed.
   */
  readonly olderThanMs: number
  /** The largest number of streams to delete. */
  readonly limit: number
}

/**
 * Where the server keeps streams. A store is passive: it starts nothing by itself.
 *
 * Every implementation MUST
 * - do each call in one transaction, so that all processes see either all or nothing of it;
 * - make durable what it acknowledges, as far as its documentation promises;
 * - return the same for a call that is repeated after an unknown outcome: a repeated `claim` by its owner is `claimed`, a
 *   repeated `append` is a `conflict` whose head has the offset after it, and a repeated `close` (the same epoch, end, status,
 *   error and finish reason) is `ok`. Only a repeated `expire` differs: it is `kept`;
 * - let statuses only move up (P13): after a terminal status, `append`, `close`, `requestStop` and `expire` change nothing;
 * - create a stream only in `create`;
 * - measure leases by its own clock, never by the caller's;
 * - compute offsets from JavaScript lengths, never with SQL functions that count code points;
 * - reject, with the cause, if it does not know the outcome, and leave retries to the caller. That a stream does not exist is
 *   a result, never a rejection;
 * - reject with `new StreamServerError('content-refused', …)` a text that it will never accept. Any other rejection is retried;
 * - reject with `new StreamServerError('corrupt', …)` a read of text that it has lost, and after a loss also an append and a
 *   `close` as `done`. The run then ends as `error`. The server checks all results, and treats one that cannot be true as
 *   `corrupt` too.
 */
export interface StreamStore {
  /**
   * Creates a `pending` stream. `meta` is any JSON value, and is copied; `undefined` becomes `null`. An existing stream is not
   * changed. If `meta` cannot be JSON, it rejects with `invalid-option` and creates nothing.
   */
  create(id: string, meta: unknown, request?: CreateRequest): Promise<CreateResult>
  /** Makes a `pending` stream `streaming`, under the next epoch. The lease starts; for the owner that has it, it starts again. */
  claim(id: string, request: ClaimRequest): Promise<ClaimResult>
  /** Appends only under the current epoch, at the durable length, while the status is `streaming`. Renews the lease. */
  append(id: string, request: AppendRequest): Promise<WriteResult>
  /** Renews the lease, also one that is over, unless the stream has ended. */
  beat(id: string, epoch: number): Promise<WriteResult>
  /** Appends the last text and sets the terminal status, in one transaction. */
  close(id: string, request: CloseRequest): Promise<WriteResult>
  /** Stores that a stop is requested. A `pending` stream becomes `stopped` at once, and a terminal one does not change. */
  requestStop(id: string): Promise<StreamHead | undefined>
  /**
   * Sets `timeout`, or `stopped` if a stop was requested, but only if the stream has lapsed and its epoch is still `epoch`.
   */
  expire(id: string, epoch: number): Promise<ExpireResult>
  /**
   * Removes the stream and erases its text. `false`: there was none. If the stream is gone but some of it could not be erased
   * yet, it rejects. A repeated call finishes the work, and may return `true` for that.
   */
  delete(id: string): Promise<boolean>
  /**
   * Deletes old streams, starting with those that ended first, and returns their ids. A lapsed stream is deleted without
   * having been terminal. If its producer comes back, its next write is `gone`.
   */
  sweep(request: SweepRequest): Promise<readonly string[]>
  /**
   * Reads from `offset` on, or from the durable length if that is smaller: at most `max` code units. If more is stored and
   * `max` allows it, at least one whole character. The text may end inside a surrogate pair. `undefined`: the id is unknown.
   */
  read(id: string, offset: number, max: number): Promise<StoredRange | undefined>
  /** What was passed to `create`: a new copy. `undefined`: the id is unknown. */
  readMeta(id: string): Promise<unknown>
  /**
   * The streams of an owner or a group: those that were created last come first, and of those that were created in the same
   * millisecond the one with the greater id (by UTF-16 code units). A stream whose `create` has returned is among them.
   */
  list(request: ListRequest): Promise<readonly ListedStream[]>
  /** The heads of the streams that exist, each once, in any order. */
  heads(ids: readonly string[]): Promise<readonly StreamHead[]>
  /**
   * Calls `onChange(id)` when a stream may have changed: always for changes made through this object, and for other changes
   * as far as the store notices them. A notification may be missing, late, repeated or wrong. Returns a function that ends it.
   */
  watch(onChange: (id: string) => void): () => void
  /** Closes everything that this object opened. It may be called again; other calls after it reject. */
  dispose(): Promise<void>
}
