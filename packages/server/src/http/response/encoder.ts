import { StreamServerError } from '../../errors'
import type { ShownHead, TextStep } from '../../reading/text-source'
import { isTerminal } from '../../store/status'
import { endFrame, keepAliveFrame, statusFrame, textFrame } from './sse-frames'

/** Turns the steps of a source into what one response sends. */
export interface Encoder {
  /**
   * What to send for this step, which may be nothing: an empty string. `undefined` ends the response. If it throws, the
   * response fails, so that its reader does not take the text for whole.
   *
   * @param position where the source is after the step
   */
  encode(step: TextStep, position: number): string | undefined
  /** Nothing marks the end, so a response that ends early must fail. */
  readonly isRaw: boolean
  /** What shows that the connection still works. Empty if nothing can be sent between two parts of the text. */
  readonly keepAlive: string
}

/** Plain text. It has no room for a status, so only a text that is whole ends. Everything else fails. */
export function rawEncoder(): Encoder {
  let epoch: number | undefined
  return {
    isRaw: true,
    keepAlive: '',
    encode(step) {
      if (step.type === 'gone') throw new StreamServerError('not-found', 'the stream was deleted')
      epoch ??= step.head?.epoch
      // It cannot report either that the text before this point may be different now.
      if (step.head && step.head.epoch !== epoch) throw new StreamServerError('store', 'the stream was resumed')
      if (step.type === 'end') return undefined
      return step.type === 'text' ? step.text : ''
    },
  }
}

/** Server-sent events. Without an `end` event the client reconnects, and gets 404 for a stream that is gone. */
export function eventEncoder(): Encoder {
  let lastStatus: string | undefined
  let isUpToDate = false
  let hasEnded = false

  return {
    isRaw: false,
    keepAlive: keepAliveFrame,
    encode(step, position) {
      if (hasEnded || step.type === 'gone') return undefined
      if (step.type === 'wait') return step.head ? statusOf(step.head, position) : ''
      const { head } = step
      if (step.type === 'text') {
        const frame = textFrame(head.epoch, position, step.text)
        return statusOf(head, step.offset) + frame + statusOf(head, position)
      }
      hasEnded = true
      return (lastStatus === undefined ? statusOf(head, position) : '') + endOf(head)
    },
  }

  /** Sent first and at every change. It is never terminal while more text follows: the `end` event has that status. */
  function statusOf({ status, offset, epoch, base, isStalled }: ShownHead, position: number): string {
    isUpToDate ||= position >= offset
    if (lastStatus !== undefined && isTerminal(status)) return ''
    const shown = isTerminal(status) && !isUpToDate ? 'streaming' : status
    const key = `${shown} ${epoch} ${base} ${isUpToDate} ${isStalled}`
    if (key === lastStatus) return ''
    lastStatus = key
    return statusFrame({ status: shown, offset, epoch, base, upToDate: isUpToDate, isStalled })
  }

  function endOf({ status, epoch, ...head }: ShownHead): string {
    return isTerminal(status) ? endFrame(epoch, { ...head, status }) : ''
  }
}
