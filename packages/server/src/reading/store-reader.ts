import { isStreamsError } from '../errors'
import { isTerminal } from '../store/status'
import type { StoredRange, StreamHead } from '../store/stream-store'
import { cutBeforeSplitPair } from '../store/surrogates'
import type { Hub } from './hub'

/** What a reader of the store gets next. */
export type StoredStep =
  | { readonly type: 'text'; readonly head: StreamHead; readonly offset: number; readonly text: string }
  /** Nothing is new until `wake` is called. The head is `undefined` if the store could not be read yet. */
  | { readonly type: 'wait'; readonly head: StreamHead | undefined }
  /** All of the text was read, and nothing follows. */
  | { readonly type: 'end'; readonly head: StreamHead }
  | { readonly type: 'gone' }

/** A position in a stored text. It reads only durable text (P5). */
export interface StoreReader {
  readonly position: number
  /** Sets the first range. `next` returns it and then reads on after it. */
  start(range: StoredRange): void
  next(): Promise<StoredStep>
  close(): void
}

export interface StoreReaderListener {
  /** `next` may return more now. */
  wake(): void
  tick?(): void
  /** See `Subscriber`. */
  shutDown(isLate: boolean): void
}

/** The longest chunk that is sent at once, in UTF-16 code units. */
export const maxChunk = 16_384
/**
 * The longest range that is read from the store at once. The reader holds it while its client takes it chunk by chunk.
 */
export const maxRead = 65_536

/**
 * Subscribes as soon as it is opened, so that it does not miss what is stored between the first read and the first
 * `next`.
 */
export function openStoreReader(hub: Hub, id: string, listener: StoreReaderListener): StoreReader {
  let head: StreamHead | undefined
  let position = 0
  let buffer = ''
  let isStale = false

  const close = hub.subscribe(id, {
    ...listener,
    wake() {
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
    async next() {
      for (;;) {
        if (buffer !== '' && head) return { type: 'text', head, ...take() }
        if (head && position >= head.offset && isTerminal(head.status)) return { type: 'end', head }
        if (head && !isStale && position >= head.offset) return { type: 'wait', head }
        isStale = false
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

  async function readOrLater(): Promise<StoredRange | undefined | 'later'> {
    try {
      return await hub.read(id, position, maxRead)
    } catch (error) {
      // A retry would find the same. The response fails, so that the client does not take its text for whole.
      if (isStreamsError(error, 'corrupt')) throw error
      // Already reported. The connection stays open, and the hub wakes this reader when the store responds again.
      hub.pollSoon(id)
      return 'later'
    }
  }

  /** A reader is never ahead of the durable text, so the text that it has returned stays valid in every later epoch. */
  function adopt(range: StoredRange): void {
    if (range.start === position) buffer = cutBeforeSplitPair(range.text)
    head = range.head
  }
}
