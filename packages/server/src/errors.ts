export type StreamsErrorCode =
  /** An option that cannot be used. */
  | 'invalid-option'
  /** A producer wrote something that is not a string, or returned something that cannot be read. */
  | 'invalid-text'
  /** The body of a request was read before it was handed over, and somebody wants it. */
  | 'body-used'
  /** No stream has this id. */
  | 'not-found'
  /** `close()` was called. */
  | 'shutting-down'
  /** The store failed or did not answer; `cause` tells. */
  | 'store'
  /** Thrown by a store: it will never take this text, however often it is asked. */
  | 'content-refused'
  /** What is stored of a stream is not what was acknowledged: text is missing, or the store gave a wrong answer. */
  | 'corrupt'

const brand = Symbol.for('keepstream.streams-error')

/** The one error class of this package. Tell it by `code`; {@link isStreamsError} survives duplicate packages. */
export class StreamsError extends Error {
  readonly code: StreamsErrorCode
  /** @internal */
  readonly [brand] = true

  constructor(code: StreamsErrorCode, message: string, options?: { cause?: unknown }) {
    super(`@keepstream/server: ${message}`, options)
    this.name = 'StreamsError'
    this.code = code
  }
}

/** Whether this is an error of this package, also of another copy of it; with `code`, only that one. */
export function isStreamsError(value: unknown, code?: StreamsErrorCode): value is StreamsError {
  return value instanceof Error && brand in value && (code === undefined || (value as StreamsError).code === code)
}
