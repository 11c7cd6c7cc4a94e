import type { Hub } from './hub'
import type { StoredRange, StreamHead } from './store'
import { cutBeforeSplitPair } from './surrogates'
import { isTerminal } from './types'

/** What a reader of the store meets next. */
export type StoredStep =
  | { readonly type: 'text'; readonly head: StreamHead; readonly offset: number; readonly text: string }
  /** Nothing new, until `wake()`. */
  | { readonly type: 'wait'; readonly head: StreamHead | undefined }
  /** All of the text was read, and nothing follows. */
  | { readonly type: 'end'; readonly head: StreamHead }
  | { readonly type: 'gone' }

/** A position in a stored text. It never sees what is not durable. */
export interface StoreReader {
  readonly position: number
  next(): Promise<StoredStep>
  /** The store may hold more now. */
  wake(): void
}

/** A live piece is at most this long, in UTF-16 code units. */
export const maxPiece = 16_384
/** What a reader holds of a backlog while its client takes it piece by piece. */
export const maxRead = 65_536

/** Reads on after `first`, whose text is the first it hands out. */
export function createStoreReader(hub: Hub, id: string, first: StoredRange, from = first.start): StoreReader {
  let position = from
  let head = first.head
  let buffer = cutBeforeSplitPair(first.text)
  let isStale = false
  /** How much was durable when last seen. Text that was handed out up to here stays true under every later epoch. */
  let durable = head.offset

  return {
    get position() {
      return position
    },
    async next() {
      for (;;) {
        if (buffer !== '') return { type: 'text', head, ...take() }
        if (position >= head.offset && isTerminal(head.status)) return { type: 'end', head }
        if (!isStale && position >= head.offset) return { type: 'wait', head }
        isStale = false
        const range = await readOrLater()
        if (range === 'later') return { type: 'wait', head }
        if (range === undefined) return { type: 'gone' }
        adopt(range)
      }
    },
    wake() {
      isStale = true
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
    } catch {
      // Already reported. The connection stays; the hub wakes this reader once the store answers again.
      hub.glance(id)
      return 'later'
    }
  }

  function adopt(range: StoredRange): void {
    const turned = range.head.epoch !== head.epoch
    const resume = turned && position > durable ? turnedPosition(position, head.epoch, range.head) : position
    head = range.head
    durable = head.offset
    if (resume !== position) {
      position = resume
      isStale = true
    } else if (range.start === position) buffer = cutBeforeSplitPair(range.text)
  }
}

/**
 * Where to go on after a new claim, from a position that may be ahead of what was durable. One claim later that is the
 * claim's base; after more of them nobody knows where the texts parted, so it is the beginning.
 */
function turnedPosition(position: number, epoch: number, head: StreamHead): number {
  if (head.epoch === epoch + 1) return Math.min(position, head.base)
  return 0
}
