export type StreamServerErrorCode =
  /** An option that cannot be used. */
  | 'invalid-option'
  /** A producer wrote something that is not a string, or returned something that cannot be read. */
  | 'invalid-text'
  /** A producer goes back to an offset to which it cannot. */
  | 'invalid-offset'
  /** The body of the request was read before Keepstream got it, and the producer reads it again. */
  | 'body-used'
  /** No stream has this id. */
  | 'not-found'
  /** There is a stream with this id, and it has another `meta`. */
  | 'exists'
  /** `close()` was called. */
  | 'shutting-down'
  /** The store failed or did not respond in time. See `cause`. */
  | 'store'
  /** Thrown by a store that will never accept this text, so that a retry is useless. */
  | 'content-refused'
  /** The store does not have what it acknowledged for this stream: text is missing, or a result cannot be true. */
  | 'corrupt'

const brand = Symbol.for('keepstream.stream-server-error')

/** The only error class of this package. Use `code` to tell errors apart, and {@link isStreamServerError} to recognise them. */
export class StreamServerError extends Error {
  readonly code: StreamServerErrorCode
  /** @internal */
  readonly [brand] = true

  constructor(code: StreamServerErrorCode, message: string, options?: { cause?: unknown }) {
    super(`@keepstream/server: ${message}`, options)
    this.name = 'StreamServerError'
    this.code = code
  }
}

/** The rejection of every verb of `Streams` that returns a value, if there is no such stream. */
export function notFound(id: string): StreamServerError {
  return new StreamServerError('not-found', `there is no stream '${id}'`)
}

/** Whether this is an error of this package, or of another copy of it. With `code`: whether it has that code. */
export function isStreamServerError(value: unknown, code?: StreamServerErrorCode): value is StreamServerError {
  return value instanceof Error && brand in value && (code === undefined || (value as StreamServerError).code === code)
}
