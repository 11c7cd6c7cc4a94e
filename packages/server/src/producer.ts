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

/**
 * Writes the text of a stream; it runs once for each stream (P6).
 *
 * Either it calls `append`, which resolves at once, is never slowed down by readers or the store, and is ignored once the
 * run has ended; or it returns (or resolves to) an async iterable or a `ReadableStream` of strings, which is consumed as it
 * is: `() => streamText(…).textStream`. When it is through, the stream is `done`; when it throws, the text is kept, the
 * status is `error`, and the cause goes to `onError` alone. The same befalls one that appends or yields something else than
 * a string, awaited or not, or returns something else than the above.
 */
export type Producer = (
  append: (text: string) => Promise<void>,
  context: ProducerContext,
) => Produced | Promise<Produced>

// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is a producer too
export type Produced = void | AsyncIterable<string> | ReadableStream<string>
