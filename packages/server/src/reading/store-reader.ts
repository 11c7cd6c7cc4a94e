import { isStreamsError } from '../errors'
import { isTerminal } from '../store/status'
import type { StoredRange, StreamHead } from '../store/stream-store'
import { cutBeforeSplitPair } from '../store/surrogates'
import type { Hub } from './hub'

/** What a reader of the store meets next. */
export type StoredStep =
  | { readonly type: 'text'; readonly head: StreamHead; readonly offset: number; readonly text: string }
  /** Nothing new, until `wake` is called. The head is missing while the store cannot be read. */
  | { readonly type: 'wait'; readonly head: StreamHead | undefined }
  /** All of the text was read, and nothing follows. */
  | { readonly type: 'end'; readonly head: StreamHead }
  | { readonly type: 'gone' }

/** A position in a stored text. It never sees what is not durable (P5). */
export interface StoreReader {
  readonly position: number
  /** What the reader begins with; `next` reads on after it. */
  start(range: StoredRange): void
  next(): Promise<StoredStep>
  close(): void
}

export interface StoreReaderListener {
  /** `next` may have more now. */
  wake(): void
  tick?(): void
  /** See `Subscriber`. */
  shutDown(isLate: boolean): void
}

/** A live piece is at most this long, in UTF-16 code units. */
export const maxPiece = 16_384
/** What a reader holds of a backlog while its client takes it piece by piece. */
export const maxRead = 65_536

/**
 * Listens from the moment it is opened, so that nothing which is stored between the first read and the first `next` is
 * missed.
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
    const text = buffer.length > maxPiece ? cutBeforeSplitPair(buffer.slice(0, maxPiece)) : buffer
    buffer = buffer.slice(text.length)
    position += text.length
    return { offset, text }
  }

  async function readOrLater(): Promise<StoredRange | undefined | 'later'> {
    try {
      return await hub.read(id, position, maxRead)
    } catch (error) {
      // Asking again would find the same; the reader's answer ends as an error, and nobody takes it for whole.
      if (isStreamsError(error, 'corrupt')) throw error
      // Already reported. The connection stays; the hub wakes this reader once the store answers again.
      hub.pollSoon(id)
      return 'later'
    }
  }

  /** No reader is ahead of what is durable, so what it handed out stays true under every later epoch. */
  function adopt(range: StoredRange): void {
    if (range.start === position) buffer = cutBeforeSplitPair(range.text)
    head = range.head
  }
}
