import type { ShownHead } from '../../reading/text-source'
import { isTerminal, type StreamStatus, type TerminalStatus } from '../../store/status'
import type { Encoder } from './encoder'
import { concat, nothing } from './utf-8'

export interface StatusReport {
  readonly status: StreamStatus
  /** The durable length, or for a drive the length that is produced. */
  readonly offset: number
  readonly epoch: number
  readonly base: number
  /** From the first `true` on, the reader has received everything that existed at that moment. */
  readonly upToDate: boolean
  /** No process writes at the moment. */
  readonly isStalled: boolean
}

export interface EndReport {
  readonly status: TerminalStatus
  readonly offset: number
  readonly epoch: number
  readonly error?: string
  readonly finishReason?: string
}

/** How a wire writes what is reported between two parts of the text. */
export interface Frames {
  /** @param position where the reader is */
  status(report: StatusReport, position: number): Uint8Array
  /** @param end where the text ends */
  text(text: string, epoch: number, end: number): Uint8Array
  end(report: EndReport): Uint8Array
  readonly keepAlive: Uint8Array
}

/** Text and its status. Without an end the client reconnects, and gets 404 for a stream that is gone. */
export function reportingEncoder(frames: Frames): Encoder {
  let last: StatusReport | undefined
  let isUpToDate = false
  let hasEnded = false

  return {
    isRaw: false,
    keepAlive: frames.keepAlive,
    encode(step, position) {
      if (hasEnded || step.type === 'gone') return undefined
      if (step.type === 'wait') return step.head ? statusOf(step.head, position) : nothing
      const { head } = step
      if (step.type === 'text') {
        const before = statusOf(head, step.offset)
        const text = frames.text(step.text, head.epoch, position)
        const after = statusOf(head, position)
        return before === after ? text : concat([before, text, after])
      }
      hasEnded = true
      return concat([last === undefined ? statusOf(head, position) : nothing, endOf(head)])
    },
  }

  /** Sent first and at every change. It is never terminal while more text follows: the end has that status. */
  function statusOf(head: ShownHead, position: number): Uint8Array {
    isUpToDate ||= position >= head.offset
    if (last !== undefined && (isTerminal(head.status) || isSame(last, head))) return nothing
    const { status, offset, epoch, base, isStalled } = head
    const shown = isTerminal(status) && !isUpToDate ? 'streaming' : status
    last = { status: shown, offset, epoch, base, upToDate: isUpToDate, isStalled }
    return frames.status(last, position)
  }

  function isSame(report: StatusReport, { status, epoch, base, isStalled }: ShownHead): boolean {
    return (
      report.status === status &&
      report.epoch === epoch &&
      report.base === base &&
      report.upToDate === isUpToDate &&
      report.isStalled === isStalled
    )
  }

  function endOf({ status, offset, epoch, error, finishReason }: ShownHead): Uint8Array {
    if (!isTerminal(status)) return nothing
    return frames.end({ status, offset, epoch, error, finishReason } as EndReport)
  }
}
