/** The argument of a producer. */
export interface ProducerContext {
  readonly id: string
  /** The `meta` of `createStream`: a new copy. */
  readonly meta: unknown
  /** The text that is durable already. It is empty unless the run resumes an interrupted stream (`canResume`). Continue after it. */
  readonly text: string
  /** The number of this run's claim: 1, and one more each time the stream is resumed. */
  readonly epoch: number
  /**
   * The signal of the run: pass it to an SDK. It aborts on stop, on shutdown and when another process has taken over, and
   * never because a reader left.
   */
  readonly signal: AbortSignal
  /**
   * Adds text. It resolves at once; neither readers nor the store slow it down. After the run has ended it does nothing. It
   * rejects with `invalid-text` for anything but a string, and the run has ended then.
   */
  readonly append: Append
}

export interface Append {
  (text: string): Promise<void>
  /** How long the text is so far, in UTF-16 code units. It is an offset to which `rewind` can go back. */
  readonly offset: number
  /**
   * Withdraws what follows `offset`, as before another attempt: appends a mark that says so (docs/marks.md). The text still only grows.
   * `parts`, `message`, `plainText` and folds in `withRewinds` show it without what was withdrawn. It resolves as `append` does.
   *
   * It rejects with `invalid-offset`, and the run has ended then, for an offset below the one where this run began (`text.length`),
   * above the length of the text, or inside a surrogate pair or a mark. After the run has ended it does nothing.
   */
  rewind(offset: number): Promise<void>
}

/** The argument of a producer that a drive starts: by `stream`, or by `POST /:id/drive` of the handler. */
export interface DriveContext extends ProducerContext {
  /**
   * A copy of the request that started the run. Its `signal` is the signal of the run, so `abortSignal: request.signal` does
   * the right thing. If the body was read before, reading it rejects with `body-used`.
   */
  readonly request: Request
}

/** What a producer may return. */
export interface Finish {
  /**
   * Why the model stopped, such as `stop`, `length` or `content-filter`: at most 64 printable ASCII characters without a
   * space. It is stored with the end, and readers get it beside the status, so that a page can say that the text was cut.
   */
  readonly finishReason?: string | undefined
}

/**
 * Writes the text of a stream. It runs once for each stream (P6). It may be an async function or a generator function.
 *
 * It has two ways to write:
 *
 * - It calls `append`.
 * - It returns an async iterable or a `ReadableStream` of strings, or a promise of one. It is read as `for await` does.
 *
 * It may return why it stopped: `{ finishReason }`, as its own result or as the return value of a generator.
 *
 * When it returns, the stream is `done`, also with an empty text. So it MUST throw if the text is not whole. The text streams
 * of many SDKs do not throw: they just end when the provider fails. docs/producers.md lists which ones are safe.
 *
 * When it throws, the text is kept, the status is `error`, and only `onError` gets the cause. The same happens if it appends
 * or yields anything but strings, or returns anything else.
 */
export type Producer<Context extends ProducerContext = ProducerContext> = (
  context: Context,
) => Produced | Promise<Produced>

export type Produced =
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is a producer too
  void | Finish | AsyncIterable<string, Finish | void> | ReadableStream<string>
