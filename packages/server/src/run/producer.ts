/** What a producer is given besides `append`. */
export interface ProducerContext {
  readonly id: string
  /**
   * A copy of the request that started the run. Its signal is the run's, so `abortSignal: request.signal` does the right
   * thing: it aborts on stop, on shutdown and when another process took over, never because a reader left. If its body was
   * read before it came here, reading it rejects with `body-used`.
   */
  readonly request: Request
  /** The same signal. */
  readonly signal: AbortSignal
  /** What is durable already: empty, unless the run takes up an interrupted stream (`canResume`). Go on after it. */
  readonly text: string
  /** The number of this run's claim: 1, and one more for each take-over. */
  readonly epoch: number
}

/** How a producer says why it stopped. */
export interface Finish {
  /**
   * The model's own word, such as `stop`, `length` or `content-filter`: at most 64 printable ASCII characters without a
   * space. It is stored with the end and told beside the status, so that a page can say that a whole text was cut.
   */
  readonly finishReason?: string | undefined
}

/**
 * Writes the text of a stream; it runs once for each stream (P6).
 *
 * Either it calls `append`, which resolves at once, is never slowed down by readers or the store, and is ignored once the
 * run has ended; or it returns (or resolves to) an async iterable or a `ReadableStream` of strings, which is read as
 * `for await` would. It may say why it stopped: `{ finishReason }`, as its own result or as a generator's return value.
 *
 * When it returns, the stream is `done`, also with an empty text; so it MUST throw where the text is not whole. Many text
 * streams of SDKs do not: they just end when the provider fails. docs/producers.md says which can be passed. When it throws,
 * the text is kept, the status is `error`, and the cause goes to `onError` alone. The same befalls one that appends or
 * yields something else than a string, awaited or not, or returns something else than the above.
 */
export type Producer = (
  append: (text: string) => Promise<void>,
  context: ProducerContext,
) => Produced | Promise<Produced>

export type Produced =
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is a producer too
  void | Finish | AsyncIterable<string, Finish | void> | ReadableStream<string>
