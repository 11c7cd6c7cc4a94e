import { isStreamServerError } from '../errors'
import { type Heads, isSameHead } from '../heads/heads'
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
 * Watches as soon as it is opened, so that it does not miss what is stored between the first read and the first `next`.
 */
export function openStoreReader(
  { hub, heads }: { readonly hub: Hub; readonly heads: Heads },
  id: string,
  listener: TextListener,
): StoreReader {
  let head: ShownHead | undefined
  let position = 0
  let buffer = ''
  /** What was found since the last read began: a head, or that something may have changed. */
  let news: ShownHead | 'change' | undefined
  /** How many reads have failed in a row. Then `head` proves nothing. */
  let failures = 0

  const unwatch = heads.watch(
    id,
    (found) => learn(found ?? 'change'),
    () => learn('change'),
  )
  const leave = hub.join({
    tick: () => listener.tick(),
    shutDown(isLate) {
      news = 'change'
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
    close() {
      unwatch()
      leave()
    },
    next(): TextStep | Promise<TextStep> {
      return nextKnown() ?? nextStored()
    },
  }

  /** The next step, as far as it needs no call of the store. */
  function nextKnown(): TextStep | undefined {
    for (;;) {
      if (buffer !== '' && head) return { type: 'text', head, ...take() }
      if (head && position >= head.offset && isTerminal(head.status)) return { type: 'end', head }
      if (head && !isBehind() && position >= head.offset) return { type: 'wait', head }
      news = undefined
      const range = hub.readStored(id, position, maxRead)
      if (range === undefined) return undefined
      failures = 0
      adopt(range)
    }
  }

  async function nextStored(): Promise<TextStep> {
    for (;;) {
      const range = await readOrLater()
      if (range === 'later') return { type: 'wait', head }
      if (range === undefined) return { type: 'gone' }
      adopt(range)
      const step = nextKnown()
      if (step !== undefined) return step
    }
  }

  function learn(found: ShownHead | 'change'): void {
    news = found
    if (isBehind()) listener.wake()
  }

  /** Compared only here, because the head that was found is often the one that a read in flight brings. */
  function isBehind(): boolean {
    return news !== undefined && (news === 'change' || failures > 0 || !head || !isSameHead(news, head))
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
      const range = await hub.read(id, position, maxRead)
      failures = 0
      return range
    } catch (error) {
      // A retry would find the same. The response fails, so that the client does not take its text for whole.
      if (isStreamServerError(error, 'corrupt')) throw error
      // Already reported. The connection stays open, and the poll after a wait makes this reader read again.
      news = undefined
      heads.readFailed(id, ++failures)
      return 'later'
    }
  }

  /** A reader is never ahead of the durable text, so the text that it has returned stays valid in every later epoch. */
  function adopt(range: TextRange): void {
    if (range.start === position) buffer = cutBeforeSplitPair(range.text)
    head = range.head
  }
}
