/** Why a source could not be read. */
export type SourceErrorCode =
  | 'refused'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'diverged'
  /** The answer was a redirect, which is not followed. `location` tells where it leads, if that can be known. */
  | 'redirected'
  | 'rate-limited'
  | 'server'
  | 'network'

export type StreamErrorCode =
  | SourceErrorCode
  /** The producer failed; the text up to there is kept. `serverCode` has the server's word for why. */
  | 'generation'
  /** The producer was not heard of any more; the text up to there is kept. */
  | 'timeout'
  /** `stop()` without a stop source. */
  | 'stop-unsupported'
  /** `stop()` without a stream id. */
  | 'no-stream'
  /** An option that cannot be used. */
  | 'invalid-option'

/** The base of every error Keepstream throws or shows. Tell it by `code`. */
export class StreamError extends Error {
  readonly code: StreamErrorCode
  /** The server's own word, if it told one: with `generation` why, such as `too-long` or `shutdown`. */
  declare readonly serverCode?: string | undefined
  /** Survives duplicate packages, where `instanceof` does not: see {@link isStreamError}. */
  readonly isKeepstream = true

  constructor(code: StreamErrorCode, message: string, options?: { cause?: unknown }) {
    super(`@keepstream/core: ${message}`, options)
    this.name = 'StreamError'
    this.code = code
  }
}

export interface SourceErrorFacts {
  readonly cause?: unknown
  /** The request surely never reached the server, so that even a source that is not idempotent may try again. */
  readonly isUnsent?: boolean | undefined
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** The server's own word for why, if it answered with JSON that has a `code`: Keepstream's `cross-origin`, or an app's. */
  readonly serverCode?: string | undefined
  /** With `diverged`: where the text shown and the text stored part, and the epoch that began there. */
  readonly offset?: number | undefined
  readonly epoch?: number | undefined
  /** With `redirected`: where it leads, without its query. Missing where a browser hides it. */
  readonly location?: string | undefined
}

/** A source could not be read. Anything else a source throws counts as `network`. */
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

/** Tells Keepstream's errors from others. A `SourceError` is one whose `code` is a {@link SourceErrorCode}. */
export function isStreamError(value: unknown): value is StreamError {
  return !!(value as StreamError | undefined)?.isKeepstream
}

/** Whether what fails so is not tried again by itself. */
export function isFinal(code: StreamErrorCode): boolean {
  return /^(unauthorized|forbidden|not-found|redirected|invalid-option)$/.test(code)
}

/** What a source threw, as an error that says what to do next. */
export function toSourceError(cause: unknown): SourceError {
  return isStreamError(cause) ? (cause as SourceError) : new SourceError('network', 'the source failed', { cause })
}
