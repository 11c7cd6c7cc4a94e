import type { StreamStatus, TerminalStatus } from '../../store/status'
import { eventNames } from '../wire-names'

export interface StatusEvent {
  readonly status: StreamStatus
  /** The durable length; for a drive the length produced. */
  readonly offset: number
  readonly epoch: number
  readonly base: number
  /** Once true, the reader has been sent everything there was. */
  readonly upToDate: boolean
  /** Nobody writes at the moment. Left out of the event while somebody does. */
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

/** As one JSON string the text is exact: no CR, LF or NUL of it ever meets the framing. */
export function textFrame(epoch: number, end: number, text: string): string {
  return `id: ${epoch}.${end}\ndata: ${JSON.stringify(text)}\n\n`
}

export function endFrame(epoch: number, { status, offset, error, finishReason }: EndEvent): string {
  const data = JSON.stringify({ status, offset, error, finishReason })
  return `event: ${eventNames.end}\nid: ${epoch}.${offset}\ndata: ${data}\n\n`
}

export const keepAliveFrame = ':\n\n'
