import type { DriveOptions } from './http/drive'
import type { Handler, HandlerOptions } from './http/handler-options'
import type { StoppedStream } from './http/stop'
import type { StreamScope } from './options/stream-scope'
import type { ListOptions, StreamList } from './reading/list-streams'
import type { CreateStreamOptions, EnsuredStream } from './run/create-stream'
import type { DriveContext, Producer } from './run/producer'
import type { StartedStream } from './run/start'
import type { StreamStatus } from './store/status'

/**
 * The whole durable text of a stream. Pass it to a client as `initial`: with its `origin`, a page that was rendered with
 * it reads on from its end.
 */
export interface StreamBody {
  readonly text: string
  readonly status: StreamStatus
  /** The number of the claim under which the text was produced, and the offset where that claim began. */
  readonly origin: { readonly epoch: number; readonly base: number }
  /** The producer's finish reason. `length` with `done`: the model's provider cut the text. */
  readonly finishReason?: string
}

/**
 * The server side of Keepstream, on one store. Made by `createStreams`.
 *
 * If a stream does not exist, a method that returns a value rejects with `not-found`, and one that returns a `Response`
 * responds with 404.
 */
export interface Streams {
  /**
   * Creates a `pending` stream and resolves with its id. With an `id` of your own it may be repeated: see `ensureStream`.
   */
  createStream(options?: CreateStreamOptions): Promise<string>
  /**
   * The same, and tells whether the stream is new. If there is one with this `id` and an equal `meta`, nothing changes.
   * Rejects with `exists` if it has another `meta`.
   */
  ensureStream(options: CreateStreamOptions): Promise<EnsuredStream>
  /**
   * A page of the streams of an owner or a group, those that were created last first. A stream in it whose producer is gone is
   * ended as `timeout`, as by any reader. Rejects with `invalid-option` without an owner and a group.
   */
  list(options: ListOptions): Promise<StreamList>
  /** Reads all of the text that is durable now. */
  getStreamBody(id: string): Promise<StreamBody>
  /**
   * Starts `producer` without a reader, as in a job of a queue, unless the stream runs or has ended already. Resolves once the
   * producer was called. `finished` tells how the run ended, also after `stopStream`, an error and `close`. A stream that
   * another process produces is `fenced` at once; with `canResume`, a later call resumes it once it has lapsed.
   *
   * Rejects with `store` if the stream could not be claimed, and with `shutting-down`.
   */
  start(id: string, producer: Producer, options?: Pick<DriveOptions, 'canResume'>): Promise<StartedStream>
  /**
   * Drives a stream: starts `producer`, unless it runs or has ended already, and responds with the text from 0 as it is
   * produced. With `Accept: text/event-stream` it responds with an event stream. Driving again joins. The run goes on when the
   * reader leaves. It does not authorize, and rejects only for a mistake in the call.
   */
  stream(request: Request, id: string, producer: Producer<DriveContext>, options?: DriveOptions): Promise<Response>
  /**
   * Ends a stream as `stopped`, in whichever process it is produced. Its text is kept. Waits up to 5 s until the end is stored;
   * if that takes longer, the resolved status is not terminal, and the request is kept. It may be repeated. Rejects with
   * `not-found` also if the stream is deleted meanwhile.
   */
  stopStream(id: string): Promise<StoppedStream>
  /**
   * Stops all streams of an owner or a group that have not ended, as `stopStream` does, and resolves with their ids. If one
   * cannot be stopped, the others are, and it rejects then. It may be repeated.
   */
  stopStreams(scope: StreamScope): Promise<readonly string[]>
  /**
   * Removes a stream, erases its text and ends its run. Rejects with `store` if the store failed. If the stream is gone by then
   * but some of it is not erased, no reader finds it, and a repeated call finishes the work. That call resolves in the process
   * that removed the stream. If it rejects with `not-found`, nothing of the stream is left either.
   */
  deleteStream(id: string): Promise<void>
  /**
   * Deletes all streams of an owner or a group, as `deleteStream` does, and resolves with their ids: for a conversation that is
   * deleted, or a user who leaves. If one cannot be deleted, the others are, and it rejects then. It may be repeated.
   */
  deleteStreams(scope: StreamScope): Promise<readonly string[]>
  /** Responds to a `GET` or `HEAD` of a stream. It does not authorize. */
  read(request: Request, id: string): Promise<Response>
  /** Makes the handler that serves all streams under a path. */
  handler(options: HandlerOptions): Handler
  /**
   * Deletes streams that ended at least `olderThanMs` ago by the store's clock, at most `limit` (default 1,000), and resolves
   * with their ids. A stream whose producer is gone, or that was never driven, counts as ended when it lapsed.
   */
  sweep(options: { readonly olderThanMs: number; readonly limit?: number }): Promise<readonly string[]>
  /**
   * Refuses new runs, waits `drainMs` for running ones, ends the rest as `error` with the code `shutdown` (their text is kept),
   * closes all followers, and disposes the store. Such an end is final, also with `canResume`: unlike the stream of a process
   * that was killed, it is not resumed. It may be called again.
   */
  close(): Promise<void>
}
