import type { TerminalStatus } from './store/status'

/** Something that happened to a stream or to the store, for metrics and logs. It never contains text. */
export type StreamServerEvent =
  /** A run has started in this process. `base` is the durable length at that moment. */
  | { readonly type: 'claimed'; readonly id: string; readonly epoch: number; readonly base: number }
  /** `length` code units became durable. `offset` is the durable length now. */
  | { readonly type: 'stored'; readonly id: string; readonly offset: number; readonly length: number }
  /**
   * The end of a run is durable, or a stream that was never driven was stopped. `error` and `finishReason` are what readers
   * get.
   */
  | {
      readonly type: 'closed'
      readonly id: string
      readonly status: TerminalStatus
      readonly offset: number
      readonly error?: string
      readonly finishReason?: string
    }
  /** The run in this process has lost the stream: another process produces it, or it was deleted or has ended. */
  | { readonly type: 'fenced'; readonly id: string; readonly epoch: number }
  /**
   * This process ended a stream whose lease had expired or which, with epoch 0, was never driven: as `timeout`, or as
   * `stopped` if a stop was requested.
   */
  | {
      readonly type: 'expired'
      readonly id: string
      readonly epoch: number
      readonly status: TerminalStatus
      readonly offset: number
    }
  /** A reader started to read. `drive`: by driving the stream. `follow`: by an event stream. */
  | { readonly type: 'joined'; readonly id: string; readonly reader: 'drive' | 'follow' }
  | { readonly type: 'left'; readonly id: string; readonly reader: 'drive' | 'follow' }
  /** A call to the store failed, the first of an outage. `onError` gets the causes: up to 10 that differ for each outage. */
  | { readonly type: 'store-failed' }
  /** The outage is over: the store responds, and no call has failed for `leaseMs`. `failures` calls had failed. */
  | { readonly type: 'store-recovered'; readonly failures: number }

/** Where an error comes from: which part, and for which stream. */
export interface ErrorContext {
  readonly id?: string
  readonly source: 'producer' | 'store' | 'handler' | 'wait-until'
}

export interface Report {
  event(event: StreamServerEvent): void
  error(error: unknown, context: ErrorContext): void
}

export interface ReportListeners {
  readonly onEvent: ((event: StreamServerEvent) => unknown) | undefined
  readonly onError: ((error: unknown, context: ErrorContext) => unknown) | undefined
}

/** Calls the application's listeners. One that throws or rejects disturbs nothing. */
export function createReport({ onEvent, onError = logError }: ReportListeners): Report {
  return {
    event: (event) => onEvent && call(() => onEvent(event)),
    error: (error, context) => call(() => onError(error, context)),
  }
}

function logError(error: unknown, { id, source }: ErrorContext): void {
  console.error(`@keepstream/server: ${source} failed${id === undefined ? '' : ` for stream ${id}`}`, error)
}

function call(listener: () => unknown): void {
  try {
    const result = listener()
    // If the listener itself fails, there is no other one to call, and no stream may end because of that.
    if (result instanceof Promise) result.catch(() => undefined)
  } catch {
    // As above.
  }
}
