import type { Producer } from './producer'

export type StreamAction = 'read' | 'drive' | 'stop' | 'delete'

export interface AuthorizeRequest {
  readonly request: Request
  readonly id: string
  readonly action: StreamAction
  /** What was given to `createStream`; `undefined` if there is no such stream. Read once, and only if asked for. */
  readonly getMeta: () => Promise<unknown>
}

export interface ProduceRequest {
  readonly id: string
  /** With its body, at most `maxBodyBytes` of it, and the run's signal. */
  readonly request: Request
  readonly meta: unknown
}

export interface HandlerOptions {
  /** The path the streams are under, such as `/streams`. */
  readonly basePath: string
  /**
   * Whether this request may do this. `false` looks like a stream that does not exist. Required, because forgetting it
   * would publish everything; the word `'public'` does so knowingly.
   */
  readonly authorize: 'public' | ((asked: AuthorizeRequest) => boolean | Promise<boolean>)
  /** The producer for `POST /:id/drive`; called once for each run, and a throw ends it as `error`. Without it nobody drives here. */
  readonly produce?: (asked: ProduceRequest) => Producer | Promise<Producer>
  /** As in `stream()`. @default false */
  readonly canResume?: boolean
  /** Other origins, such as `https://app.example`, that may call from a page. @default none */
  readonly allowedOrigins?: readonly string[]
  /** The longest body of a drive, in bytes. @default 65_536 */
  readonly maxBodyBytes?: number
}

/** Answers every request; never rejects. */
export type Handler = (request: Request) => Promise<Response>
