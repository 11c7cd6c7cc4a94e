/** Why a source could not be read. */
export type SourceErrorCode =
  | 'refused'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'diverged'
  | 'rate-limited'
  | 'server'
  | 'network'

export type StreamErrorCode =
  | SourceErrorCode
  /** The producer failed; the text up to there is kept. */
  | 'generation'
  /** `stop()` without a stop source. */
  | 'stop-unsupported'
  /** `stop()` without a stream id. */
  | 'no-stream'
  /** An option that cannot be used. */
  | 'invalid-option'

const brand = Symbol.for('keepstream.error')

/** The base of every error Keepstream throws or shows. Tell it by `code`; `isStreamError` survives duplicate packages. */
export class StreamError extends Error {
  readonly code: StreamErrorCode
  /** @internal */
  readonly [brand] = true

  constructor(code: StreamErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'StreamError'
    this.code = code
  }
}

export interface SourceErrorFacts {
  readonly cause?: unknown
  /** The request surely never reached the server, so that even a source that is not idempotent may try again. */
  readonly isUnsent?: boolean
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number
  /** With `diverged`: where the text shown and the text stored part, and the epoch that began there. */
  readonly offset?: number
  readonly epoch?: number
}

/** A source could not be read. Anything else a source throws counts as `network`. */
export class SourceError extends StreamError {
  declare readonly code: SourceErrorCode
  readonly isUnsent: boolean
  readonly retryAfterMs: number | undefined
  readonly offset: number | undefined
  readonly epoch: number | undefined

  constructor(code: SourceErrorCode, message: string, facts: SourceErrorFacts = {}) {
    super(code, message, 'cause' in facts ? { cause: facts.cause } : undefined)
    this.name = 'SourceError'
    this.isUnsent = facts.isUnsent ?? false
    this.retryAfterMs = facts.retryAfterMs
    this.offset = facts.offset
    this.epoch = facts.epoch
  }
}

export function isStreamError(value: unknown): value is StreamError {
  return value instanceof Error && brand in value
}

export function isSourceError(value: unknown): value is SourceError {
  return isStreamError(value) && value.name === 'SourceError'
}
