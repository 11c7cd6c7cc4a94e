/** Why a source could not be read. `unauthorized`, `forbidden`, `not-found` and `redirected` wait for `retry()`. */
export type SourceErrorCode =
  | 'refused'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'diverged'
  /** The response was a redirect, which is not followed. `location` has its target, if that is known. */
  | 'redirected'
  | 'rate-limited'
  | 'server'
  | 'network'

export type StreamErrorCode =
  | SourceErrorCode
  /** The producer failed. The text up to there is kept. `serverCode` has the server's code for the reason. */
  | 'generation'
  /** The lease of the producing process expired. The text up to there is kept. */
  | 'timeout'
  /** `stop()` was called without a stop source. */
  | 'stop-unsupported'
  /** `stop()` was called without a stream id. */
  | 'no-stream'
  /** An option that cannot be used. */
  | 'invalid-option'

/** The base class of every error that Keepstream throws or shows. `code` says which one it is. */
export class StreamError extends Error {
  readonly code: StreamErrorCode
  /** The server's own code, if it sent one. With `generation` it is the reason, such as `too-long` or `shutdown`. */
  declare readonly serverCode?: string | undefined
  /** Unlike `instanceof`, this also works with two copies of this package: see {@link isStreamError}. */
  readonly isKeepstream = true

  constructor(code: StreamErrorCode, message: string, options?: { cause?: unknown }) {
    super(`@keepstream/core: ${message}`, options)
    this.name = 'StreamError'
    this.code = code
  }
}

export interface SourceErrorFacts {
  readonly cause?: unknown
  /** The request certainly never reached the server, so even a drive that is not idempotent may be repeated. */
  readonly isUnsent?: boolean | undefined
  /** The wait that the server requested, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** The `code` of the server's JSON error, such as Keepstream's `cross-origin` or the application's own. */
  readonly serverCode?: string | undefined
  /** With `diverged`: the offset from which the shown and the stored text differ, and the epoch that began there. */
  readonly offset?: number | undefined
  readonly epoch?: number | undefined
  /** With `redirected`: the target without its query. It is missing if the browser hides it. */
  readonly location?: string | undefined
}

/** A source could not be read. Anything else that a source throws counts as `network`. */
export class SourceError extends StreamError {
  declare readonly code: SourceErrorCode
  declare readonly isUnsent?: boolean | undefined
  declare readonly retryAfterMs?: number | undefined
  declare readonly offset?: number | undefined
  declare readonly epoch?: number | undefined
  declare readonly location?: string | undefined

  constructor(code: SourceErrorCode, message: string, facts?: SourceErrorFacts) {
    super(code, message, facts)
    Object.assign(this, facts)
  }
}

/** Whether this is an error of Keepstream. It is a `SourceError` if its `code` is a {@link SourceErrorCode}. */
export function isStreamError(value: unknown): value is StreamError {
  return !!(value as StreamError | undefined)?.isKeepstream
}

/** Whether the client does not try again by itself after this failure. */
export function isFinal(code: StreamErrorCode): boolean {
  return /^(unauthorized|forbidden|not-found|redirected|invalid-option)$/.test(code)
}

/** Turns what a source threw into a `SourceError`. */
export function toSourceError(cause: unknown): SourceError {
  return isStreamError(cause) ? (cause as SourceError) : new SourceError('network', 'the source failed', { cause })
}
