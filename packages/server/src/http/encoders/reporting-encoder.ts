import type { ShownHead, TextStep } from '../../reading/text-source'
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

/**
 * Text and its status. Without an end the client reconnects, and gets 404 for a stream that is gone.
 *
 * A class for the same reason as `StoreReader`.
 */
export class ReportingEncoder implements Encoder {
  readonly isRaw = false
  readonly keepAlive: Uint8Array
  readonly #frames: Frames
  /** The head that was reported last. */
  #reported: ShownHead | undefined
  #isUpToDate = false
  #hasEnded = false

  constructor(frames: Frames) {
    this.#frames = frames
    this.keepAlive = frames.keepAlive
  }

  encode(step: TextStep, position: number): Uint8Array | undefined {
    if (this.#hasEnded || step.type === 'gone') return undefined
    if (step.type === 'wait') return step.head ? this.#status(step.head, position) : nothing
    const { head } = step
    if (step.type === 'text') {
      const before = this.#status(head, step.offset)
      const text = this.#frames.text(step.text, head.epoch, position)
      const after = this.#status(head, position)
      return before === after ? text : concat([before, text, after])
    }
    this.#hasEnded = true
    return concat([this.#reported ? nothing : this.#status(head, position), this.#end(head)])
  }

  /** Sent first and at every change. It is never terminal while more text follows: the end has that status. */
  #status(head: ShownHead, position: number): Uint8Array {
    const wasUpToDate = this.#isUpToDate
    this.#isUpToDate ||= position >= head.offset
    if (this.#reported) {
      if (isTerminal(head.status)) return nothing
      if (wasUpToDate === this.#isUpToDate && isSameReport(this.#reported, head)) return nothing
    }
    this.#reported = head
    const { status, offset, epoch, base, isStalled } = head
    const shown = isTerminal(status) && !this.#isUpToDate ? 'streaming' : status
    return this.#frames.status({ status: shown, offset, epoch, base, upToDate: this.#isUpToDate, isStalled }, position)
  }

  #end({ status, offset, epoch, error, finishReason }: ShownHead): Uint8Array {
    if (!isTerminal(status)) return nothing
    return this.#frames.end({ status, offset, epoch, error, finishReason } as EndReport)
  }
}

function isSameReport(one: ShownHead, two: ShownHead): boolean {
  return (
    one === two ||
    (one.status === two.status && one.epoch === two.epoch && one.base === two.base && one.isStalled === two.isStalled)
  )
}
