import type { StreamStatus, TerminalStatus } from '../../store/status'
import { eventNames } from '../wire-names'

export interface StatusEvent {
  readonly status: StreamStatus
  /** The durable length, or for a drive the length that is produced. */
  readonly offset: number
  readonly epoch: number
  readonly base: number
  /** From the first `true` on, the reader has received everything that existed at that moment. */
  readonly upToDate: boolean
  /** No process writes at the moment. Left out of the event if it is `false`. */
  readonly isStalled?: boolean
}

export interface EndEvent {
  readonly status: TerminalStatus
  readonly offset: number
  readonly error?: string
  readonly finishReason?: string
}

export function statusFrame({ status, offset, epoch, base, upToDate, isStalled }: StatusEvent): string {
  const stalled = isStalled || undefined
  return `event: ${eventNames.status}\ndata: ${JSON.stringify({ status, offset, epoch, base, upToDate, stalled })}\n\n`
}

/** The text is one JSON string, so that its CR, LF and NUL never break the framing. */
export function textFrame(epoch: number, end: number, text: string): string {
  return `id: ${epoch}.${end}\ndata: ${JSON.stringify(text)}\n\n`
}

export function endFrame(epoch: number, { status, offset, error, finishReason }: EndEvent): string {
  const data = JSON.stringify({ status, offset, error, finishReason })
  return `event: ${eventNames.end}\nid: ${epoch}.${offset}\ndata: ${data}\n\n`
}

export const keepAliveFrame = ':\n\n'
