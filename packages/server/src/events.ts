import type { TerminalStatus } from './store/status'

/** What goes on, for metrics and logs. Never carries text. */
export type StreamsEvent =
  | { readonly type: 'claimed'; readonly id: string; readonly epoch: number; readonly base: number }
  /** A slice of `length` units became durable; `offset` is the durable length now. */
  | { readonly type: 'stored'; readonly id: string; readonly offset: number; readonly length: number }
  /** The end is durable: of a run, or as `stopped` of a stream that nobody had driven. `error` and `finishReason` are what readers are told of it. */
  | {
      readonly type: 'closed'
      readonly id: string
      readonly status: TerminalStatus
      readonly offset: number
      readonly error?: string
      readonly finishReason?: string
    }
  /** Another process produces this stream now, or it was deleted or has ended: this run has no say any more. */
  | { readonly type: 'fenced'; readonly id: string; readonly epoch: number }
  /**
   * This process ended a stream whose producer was silent or, with epoch 0, never began: as `timeout`, or as `stopped` if that
   * was asked for.
   */
  | {
      readonly type: 'expired'
      readonly id: string
      readonly epoch: number
      readonly status: TerminalStatus
      readonly offset: number
    }
  | { readonly type: 'joined'; readonly id: string; readonly reader: 'drive' | 'follow' }
  | { readonly type: 'left'; readonly id: string; readonly reader: 'drive' | 'follow' }

/** Where an error comes from. */
export interface ErrorContext {
  readonly id?: string
  readonly source: 'producer' | 'store' | 'handler' | 'wait-until'
}

export interface Report {
  event(event: StreamsEvent): void
  error(error: unknown, context: ErrorContext): void
}

export interface ReportListeners {
  readonly onEvent: ((event: StreamsEvent) => unknown) | undefined
  readonly onError: ((error: unknown, context: ErrorContext) => unknown) | undefined
}

/** Tells the application, and never lets a listener that throws or rejects disturb the work. */
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
    const answer = listener()
    // There is nobody left to tell when the reporter itself fails, and the streams must not end for it.
    if (answer instanceof Promise) answer.catch(() => undefined)
  } catch {
    // As above.
  }
}
