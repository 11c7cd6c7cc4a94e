import type { StreamOptions } from './http/drive'
import type { Handler, HandlerOptions } from './http/handler-options'
import type { StoppedStream } from './http/stop'
import type { Producer } from './run/producer'
import type { StreamStatus } from './store/status'

/**
 * What is durable of a stream, whole. It is what `initial` of a client takes: `epoch` and `base` say whose text it is, so that
 * a page which was rendered with it reads on from its end.
 */
export interface StreamBody {
  readonly text: string
  readonly status: StreamStatus
  readonly epoch: number
  readonly base: number
  /** Why the producer stopped writing, in its own word: `length` is a `done` text that was cut. */
  readonly finishReason?: string
}

/** The server's side of Keepstream, over one store. See `createStreams`. */
export interface Streams {
  /** A new stream, `pending`. `meta` is any JSON value; `authorize` and `produce` are given it back. Answers with the id. */
  createStream(options?: { readonly meta?: unknown }): Promise<string>
  /** What is durable now. Rejects with `not-found`. */
  getStreamBody(id: string): Promise<StreamBody>
  /**
   * Drives a stream: starts `producer` if nobody has, and answers with the text from 0 as it is produced; as an event
   * stream if `Accept` asks for one. Driving again joins. The run outlives the response. Does not authorize, and rejects
   * only for mistakes in the call.
   */
  stream(request: Request, id: string, producer: Producer, options?: StreamOptions): Promise<Response>
  /**
   * Ends a stream as `stopped`, wherever it is produced; its text stays. Waits up to 5 s for the end to be stored; until
   * then the status in the answer is not terminal, and the wish is noted. Safe to repeat. Rejects with `not-found`, also when
   * the stream is deleted meanwhile.
   */
  stopStream(id: string): Promise<StoppedStream>
  /**
   * Really removes a stream and ends its run. `false` if there was none. Rejects with `store` when the store failed; a
   * stream that is gone by then, with something of it still to be erased, is deleted for every reader, and repeating the call
   * here finishes the work. Over HTTP the repeated `DELETE` finds no stream and is answered 404.
   */
  deleteStream(id: string): Promise<boolean>
  /** Answers a `GET` or `HEAD` of a stream. Does not authorize. */
  read(request: Request, id: string): Promise<Response>
  /** Serves all streams under a path. */
  handler(options: HandlerOptions): Handler
  /**
   * Deletes streams that ended longer than `olderThanMs` ago, at most `limit` (1,000), and answers with their ids. One that
   * nobody ended, its producer gone or never begun, counts as ended when it lapsed.
   */
  sweep(options: { readonly olderThanMs: number; readonly limit?: number }): Promise<readonly string[]>
  /**
   * Refuses new runs, lets running ones finish for `drainMs`, ends the rest as `error` with code `shutdown` (their text
   * is kept), ends all followers and disposes of the store. That ending is for good, also with `canResume`: unlike a stream
   * whose process was killed, it is not taken up again. Idempotent.
   */
  close(): Promise<void>
}
