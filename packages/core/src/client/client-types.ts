import type { ReadableAtom } from 'nanostores'
import type { Backoff } from '../backoff'
import type { Environment } from '../environment'
import type { DriveRequest, Initial, StreamEvent, StreamSources, StreamState } from '../types'

export interface StreamClientOptions extends StreamSources {
  /** The waits between polls that bring nothing new, in milliseconds. @default { minMs: 250, maxMs: 5000 } */
  readonly poll?: Backoff | undefined
  /**
   * The waits between attempts that fail, in milliseconds. A server's `Retry-After` counts up to `maxMs`. A connection that
   * fails or ends after it brought something new is opened again without a wait, at most once a second.
   * @default { minMs: 500, maxMs: 30000 }
   */
  readonly retry?: Backoff | undefined
  /**
   * How long a connection may take to bring its first byte, in milliseconds. After that, short requests read the text with
   * the waits of `poll` until the connection gets through. `connection` is `polling` meanwhile. `Infinity` turns that off.
   * @default 4000
   */
  readonly pollAfterMs?: number | undefined
  /**
   * New text of all streams is published at most once in this time, in milliseconds. The first text and every change of
   * another field are published at once. @default once a frame, or after 100 ms where there are no frames
   */
  readonly throttleMs?: number | undefined
  /** How long the client reads on after the last reader has left, in milliseconds. @default 1000 */
  readonly graceMs?: number | undefined
  /** How many streams without a reader keep their state. Together they keep at most 1 Mi code units. @default 50 */
  readonly maxIdle?: number | undefined
  /**
   * How many connections the client holds open, at least 1. A drive never waits. Followers share the rest in turns of 10 s or
   * more, and short requests bring the text of those that wait, some 2 s late at most. A browser allows six connections to a
   * server over HTTP/1.1, and `stop()` needs one.
   *
   * @default 90 in Node (from 21 on), Deno and Bun, and where the browser reports that the server speaks HTTP/2 or HTTP/3;
   * otherwise 4
   */
  readonly maxLive?: number | undefined
  /** Called in a microtask with each event of each stream, in order. If it throws, reading goes on. */
  readonly onEvent?: ((event: StreamEvent) => void) | undefined
  /** Timers, frames, and events of the page and the network. @default globalThis */
  readonly environment?: Environment | undefined
}

export interface AttachOptions {
  /**
   * This reader's user asked for the text, so the client drives the stream. One such reader of an id is enough, and it stays
   * in effect after that reader leaves. Where driving can be repeated (`canRepeat`, as with `keepstream`), it may always be
   * `true`, after a reload too: driving starts a stream that never began, resumes one that no process writes any more, and
   * otherwise joins. Other sources are driven only once, and only while the stream is `pending`.
   *
   * A `body` and `headers` are what the user asked: they are sent with the drive. Those of the first reader that has some
   * count. They are kept for repeats of the drive as long as that reader or the stream. @default false
   */
  readonly start?: boolean | DriveRequest | undefined
  /**
   * The whole text from offset 0 that the page was rendered with, or a `StreamState` that was kept. With its `origin`,
   * reading goes on from its end. Without one it is shown, read again from the start, and compared. Text that has ended
   * is used as it is, without a request.
   */
  readonly initial?: Initial | undefined
  /**
   * Called once with the last state when the stream ends while this reader is attached: when `status` becomes `done`,
   * `error`, `timeout` or `stopped`. It is not called for a stream that had ended when the reader attached, nor for an
   * `initial` that had ended. It is called in a microtask, after the state is shown. If it throws, reading goes on.
   */
  readonly onEnd?: ((state: StreamState) => void) | undefined
}

/** One text. In one client an id is one stream, for any number of readers. */
export interface TextStream {
  /** `undefined`: the stream shows nothing yet. */
  readonly id: string | undefined
  /** What a page shows. Listening to it does not attach a reader. */
  readonly $state: ReadableAtom<StreamState>
  /** Adds a reader, and starts to read in a microtask. Returns a function that removes the reader; it may be called twice. */
  attach(options?: AttachOptions): () => void
  /** Attaches a reader and calls back with each state, the first time at once, as a Svelte store does. */
  subscribe(listener: (state: StreamState) => void, options?: AttachOptions): () => void
  /**
   * Calls back with the text that is added, when it is published, just after `$state` has changed. If `offset` is below the
   * shown length, cut there first.
   */
  onText(listener: (delta: string, offset: number) => void): () => void
  /**
   * Requests the server to stop the generation. Resolves once a terminal status is shown. Until then `isStopping` is true, and
   * the client reads on, for at most two minutes, even after all readers have left. A second call meanwhile gets the same
   * promise. A rejection that nobody handles is not reported, so `stop` can be a button's handler.
   *
   * Rejects with `stop-unsupported` without a stop source, with `no-stream` without an id, with `network` if the end is not
   * read in time, or with the reason why the request could not be delivered.
   */
  stop(): Promise<void>
  /**
   * Tries again at once after a failure, during a wait, or if a drive never began. Call it when the user asks for it.
   * Without a reader, and while all is well, it does nothing.
   */
  retry(): void
}

export interface StreamClient {
  /**
   * Finds or creates the stream of an id. It has no side effect, so a render that is never committed may call it. `initial`
   * must be whole.
   *
   * @throws {StreamError} `invalid-option` for an id that is empty, `.`, `..`, or no well-formed text
   */
  stream(id: string | undefined, options?: Pick<AttachOptions, 'initial'>): TextStream
  /** The streams with an id that something holds: a reader, a listener or the application. For tools and tests. */
  streams(): readonly TextStream[]
  /**
   * Forgets every text, as for a logout. Requests are aborted. A stream with readers shows nothing, and is read again from the
   * start, with the headers of the moment. Nothing is driven for it: ids that were driven stay so.
   */
  clear(): void
}
