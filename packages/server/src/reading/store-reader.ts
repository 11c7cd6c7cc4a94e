import { isStreamsError } from '../errors'
import { isTerminal } from '../store/status'
import { cutBeforeSplitPair } from '../store/surrogates'
import type { Hub } from './hub'
import {
  maxChunk,
  type ShownHead,
  type TextListener,
  type TextRange,
  type TextSource,
  type TextStep,
} from './text-source'

/** A source of stored text. It reads only durable text (P5). */
export interface StoreReader extends TextSource {
  /** Sets the first range. `next` returns it and then reads on after it. */
  start(range: TextRange): void
}

/**
 * The longest range that is read from the store at once. The reader holds it while its client takes it chunk by chunk.
 */
export const maxRead = 65_536

/**
 * Subscribes as soon as it is opened, so that it does not miss what is stored between the first read and the first
 * `next`.
 */
export function openStoreReader(hub: Hub, id: string, listener: TextListener): StoreReader {
  let head: ShownHead | undefined
  let position = 0
  let buffer = ''
  let isStale = false
  /** The last read failed, so `head` proves nothing. */
  let hasFailed = false

  const close = hub.subscribe(id, {
    ...listener,
    wake(found) {
      if (found && head && !hasFailed && isSame(found, head)) return
      isStale = true
      listener.wake()
    },
    shutDown(isLate) {
      isStale = true
      listener.shutDown(isLate)
    },
  })

  return {
    get position() {
      return position
    },
    start(range) {
      position = range.start
      adopt(range)
    },
    close,
    async next(): Promise<TextStep> {
      for (;;) {
        if (buffer !== '' && head) return { type: 'text', head, ...take() }
        if (head && position >= head.offset && isTerminal(head.status)) return { type: 'end', head }
        if (head && !isStale && position >= head.offset) return { type: 'wait', head }
        isStale = false
        hasFailed = false
        const range = await readOrLater()
        if (range === 'later') return { type: 'wait', head }
        if (range === undefined) return { type: 'gone' }
        adopt(range)
      }
    },
  }

  function take(): { offset: number; text: string } {
    const offset = position
    const text = buffer.length > maxChunk ? cutBeforeSplitPair(buffer.slice(0, maxChunk)) : buffer
    buffer = buffer.slice(text.length)
    position += text.length
    return { offset, text }
  }

  async function readOrLater(): Promise<TextRange | undefined | 'later'> {
    try {
      return await hub.readOn(id, position, maxRead)
    } catch (error) {
      // A retry would find the same. The response fails, so that the client does not take its text for whole.
      if (isStreamsError(error, 'corrupt')) throw error
      // Already reported. The connection stays open, and the hub notifies this reader again after a wait.
      hasFailed = true
      hub.readFailed(id)
      return 'later'
    }
  }

  /** A reader is never ahead of the durable text, so the text that it has returned stays valid in every later epoch. */
  function adopt(range: TextRange): void {
    if (range.start === position) buffer = cutBeforeSplitPair(range.text)
    head = range.head
  }
}

/** Whether a reader would get nothing new. */
function isSame(found: ShownHead, known: ShownHead): boolean {
  return (
    found.epoch === known.epoch &&
    found.status === known.status &&
    found.offset === known.offset &&
    found.isStalled === known.isStalled
  )
}
