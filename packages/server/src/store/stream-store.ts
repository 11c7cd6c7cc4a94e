import type { StreamStatus, TerminalStatus } from './status'

/** What is known of a stream without its text. */
export interface StreamHead {
  readonly id: string
  readonly status: StreamStatus
  /** The number of the latest claim; 0 while nobody has claimed the stream. */
  readonly epoch: number
  /** Where that epoch began: everything before it was durable then. */
  readonly base: number
  /** The durable length, in UTF-16 code units. */
  readonly offset: number
  readonly stopRequested: boolean
  /** A code for readers on why the status is `error`. */
  readonly error?: string
  /** Why the producer stopped writing, in its own word: `length`, `content-filter`. At most 64 printable ASCII characters. */
  readonly finishReason?: string
  /**
   * The stream may be expired now, by the store's clock: its lease has been over for a further lease, or it has been
   * `pending` for longer than the store's `pendingMs`.
   */
  readonly isLapsed: boolean
  /**
   * Nobody writes at the moment, by the store's clock: the stream is `streaming`, and its lease is over. The next write or
   * beat of its owner takes that back; a lapsed one is stalled too.
   */
  readonly isStalled: boolean
  /**
   * The store's clock when it looked, in milliseconds since 1970: the one that it reckons leases by. Whoever asks compares it
   * with a clock that does not jump, and ends nobody's stream for a clock that was set forward.
   */
  readonly now: number
}

/** One consistent view of a range of the text and of the head that goes with it. */
export interface StoredRange {
  readonly head: StreamHead
  /** What was given to `create`. */
  readonly meta: unknown
  /** Where `text` starts: the offset asked for, or the durable length if that is smaller. */
  readonly start: number
  readonly text: string
}

export type CreateResult = 'created' | 'exists'

export type ClaimResult =
  /** The stream is the owner's: it appends under `epoch`, from `offset` on, which is the durable length now. */
  | { readonly type: 'claimed'; readonly epoch: number; readonly offset: number }
  /** Somebody else produces it. */
  | { readonly type: 'busy'; readonly head: StreamHead }
  | { readonly type: 'terminal'; readonly head: StreamHead }
  | { readonly type: 'gone' }

/** The answer to an act of a producer. */
export type WriteResult =
  /** Durable. `offset` is the durable length now. */
  | { readonly type: 'ok'; readonly offset: number; readonly stopRequested: boolean }
  /**
   * Not written: the epoch, the offset or the status is another one, and `head` tells which. Under the writer's own
   * epoch and status `streaming` it resumes at `head.offset`; otherwise it is fenced for good.
   */
  | { readonly type: 'conflict'; readonly head: StreamHead }
  /** The stream was deleted, or never was. */
  | { readonly type: 'gone' }

export interface ClaimRequest {
  /** Random per run. The same owner gets the same answer, so that a claim may be repeated. */
  readonly owner: string
  /** How long the claim holds without an append or a beat, in milliseconds. */
  readonly leaseMs: number
  /**
   * Claim a lapsed `streaming` stream too, under the next epoch, at its durable length. Otherwise that is `busy`. One with
   * `stopRequested` becomes `stopped` instead, and the answer is `terminal`.
   */
  readonly canTakeOver: boolean
}

export interface AppendRequest {
  readonly epoch: number
  /** Where `text` starts: the durable length this writer believes in. */
  readonly offset: number
  /** Never empty, well-formed, without U+0000, and never ending inside a surrogate pair. */
  readonly text: string
}

export interface CloseRequest {
  readonly epoch: number
  readonly offset: number
  /** What is still to be stored, or the empty string. */
  readonly text: string
  readonly status: TerminalStatus
  readonly error?: string
  readonly finishReason?: string
}

export interface SweepRequest {
  /**
   * Only streams that ended before this moment, in milliseconds since 1970 by the store's clock: those that became
   * terminal before it, and those that lapsed before it and that nobody has ended or taken up since.
   */
  readonly before: number
  /** How many at the most. */
  readonly limit: number
}

/**
 * Where the server keeps streams. Passive: it starts nothing by itself.
 *
 * Every implementation MUST
 * - carry out each act in one transaction, so that all processes see either none or all of it;
 * - have made durable what it acknowledges, as far as its documentation promises;
 * - answer the same to an act that is repeated after an unknown outcome: a repeated `claim` by its owner is `claimed`, a
 *   repeated `append` is a `conflict` whose head has the offset after it, a repeated `close` (the same epoch, end, status,
 *   error and finish reason) is `ok`;
 * - let statuses only move up (P13): once terminal, `append`, `close`, `requestStop` and `expire` change nothing;
 * - never create in any act but `create`;
 * - reckon leases by its own clock alone, never by the caller's;
 * - compute offsets from JavaScript lengths, never by SQL functions that count code points;
 * - reject, with the cause, when it cannot tell the outcome, and leave retrying to the caller.
 * - reject with `new StreamsError('content-refused', …)` a text that it will never accept; any other rejection is retried.
 * - reject with `new StreamsError('corrupt', …)` a read of text that it has lost, and a `close` as `done` or an append after
 *   it: the runtime then ends the run as `error`. A wrong answer to `read` is refused with the same code at the border.
 */
export interface StreamStore {
  /**
   * `meta` is any JSON value, copied; `undefined` reads as `null`. An id that exists is left as it is. What JSON cannot
   * hold is refused with `invalid-option`, and nothing is created.
   */
  create(id: string, meta: unknown): Promise<CreateResult>
  /** `pending` becomes `streaming` under epoch 1. The lease begins, or begins anew for the owner that has it. */
  claim(id: string, request: ClaimRequest): Promise<ClaimResult>
  /** Compare-and-append: only under the current epoch, at the durable length, while `streaming`. Renews the lease. */
  append(id: string, request: AppendRequest): Promise<WriteResult>
  /** Renews the lease, also one that is over and that nobody has expired. */
  beat(id: string, epoch: number): Promise<WriteResult>
  /** Appends the last text and sets the terminal status, both or neither. */
  close(id: string, request: CloseRequest): Promise<WriteResult>
  /** Notes the wish. A `pending` stream becomes `stopped` at once; a terminal one stays as it is. */
  requestStop(id: string): Promise<StreamHead | undefined>
  /**
   * Sets `timeout`, or `stopped` if that was requested, only if the stream is lapsed and its epoch still is `epoch`.
   * Answers with the head as it is then.
   */
  expire(id: string, epoch: number): Promise<StreamHead | undefined>
  /**
   * Really removes the text. `false` if there was nothing. When the stream is gone but something of it could not be
   * erased yet, it rejects, and repeating it finishes the work.
   */
  delete(id: string): Promise<boolean>
  /**
   * Deletes old streams, those that ended first before the others, and answers with their ids. A lapsed one goes without
   * having been terminal, so that what nobody ever looked at goes too; its producer, should it come back, finds it gone.
   */
  sweep(request: SweepRequest): Promise<readonly string[]>
  /**
   * From `offset` on, or from the durable length if that is smaller; at most `max` code units, and at least one whole
   * character where more is stored and `max` has room for it. May end inside a surrogate pair. `undefined` for an unknown id.
   */
  read(id: string, offset: number, max: number): Promise<StoredRange | undefined>
  /** The heads of those that exist, once each, in any order. */
  heads(ids: readonly string[]): Promise<readonly StreamHead[]>
  /**
   * Calls `onHint(id)` when a stream may have changed, as far as this store notices: always for changes made through this
   * object. A hint only: it may be missing, late, repeated or wrong, and is never trusted for data or order.
   */
  watch(onHint: (id: string) => void): () => void
  /** Lets go of everything this object opened. Idempotent; acts after it reject. */
  dispose(): Promise<void>
}
