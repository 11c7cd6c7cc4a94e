import { isStreamServerError } from '../errors'
import { type Heads, isSameHead, type Watcher } from '../heads/heads'
import { isTerminal } from '../store/status'
import { cutBeforeSplitPair } from '../store/surrogates'
import { chunkOf } from './chunk-of'
import type { Hub, OpenResponse } from './hub'
import type { ShownHead, TextListener, TextRange, TextSource, TextStep } from './text-source'

/**
 * The longest range that is read from the store at once, in UTF-16 code units. The reader holds it while its client takes it chunk
 * by chunk, until the next keep-alive at most.
 */
export const maxRead = 65_536

/**
 * A source of stored text. It reads only durable text (P5).
 *
 * A class, because a stream may have thousands of readers, and each closure of each of them would take memory.
 */
export class StoreReader implements TextSource, Watcher, OpenResponse {
  /** Where the next text starts. */
  position = 0
  readonly #hub: Hub
  readonly #heads: Heads
  readonly #id: string
  #listener: TextListener | undefined
  #head: ShownHead | undefined
  #buffer = ''
  /** What was found since the last read began: a head, or that something may have changed. */
  #news: ShownHead | 'change' | undefined
  /** How many reads have failed in a row. Then `#head` proves nothing. */
  #failures = 0

  /**
   * Watches from now on, so that it does not miss what is stored between the first read and the first `next`.
   */
  constructor({ hub, heads }: { readonly hub: Hub; readonly heads: Heads }, id: string) {
    this.#hub = hub
    this.#heads = heads
    this.#id = id
    heads.watch(id, this)
    hub.join(this)
  }

  /** Sets the first range. `next` returns it and then reads on after it. */
  start(range: TextRange, listener: TextListener): void {
    this.position = range.start
    this.#listener = listener
    this.#adopt(range)
  }

  next(): TextStep | Promise<TextStep> {
    return this.#nextKnown() ?? this.#nextStored()
  }

  close(): void {
    this.#heads.unwatch(this.#id, this)
    this.#hub.leave(this)
  }

  onHead(found: ShownHead | undefined): void {
    this.#learn(found ?? 'change')
  }

  onChange(): void {
    this.#learn('change')
  }

  tick(): void {
    // The client may have stalled. If it goes on, this is read again.
    this.#buffer = ''
    this.#listener?.tick()
  }

  shutDown(isLate: boolean): void {
    this.#news = 'change'
    this.#listener?.shutDown(isLate)
  }

  /** The next step, as far as it needs no call of the store. */
  #nextKnown(): TextStep | undefined {
    for (;;) {
      const head = this.#head
      if (head) {
        if (this.#buffer !== '') return this.#take(head)
        if (this.position >= head.offset) {
          if (isTerminal(head.status)) return { type: 'end', head }
          if (!this.#isBehind()) return { type: 'wait', head }
        }
      }
      this.#news = undefined
      const range = this.#hub.readStored(this.#id, this.position, maxRead)
      if (range === undefined) return undefined
      this.#failures = 0
      this.#adopt(range)
    }
  }

  async #nextStored(): Promise<TextStep> {
    for (;;) {
      const range = await this.#readOrLater()
      if (range === 'later') return { type: 'wait', head: this.#head }
      if (range === undefined) return { type: 'gone' }
      this.#adopt(range)
      const step = this.#nextKnown()
      if (step !== undefined) return step
    }
  }

  #learn(found: ShownHead | 'change'): void {
    this.#news = found
    if (this.#isBehind()) this.#listener?.wake()
  }

  /** Compared only here, because the head that was found is often the one that a read in flight brings. */
  #isBehind(): boolean {
    const news = this.#news
    if (news === undefined) return false
    return news === 'change' || this.#failures > 0 || !this.#head || !isSameHead(news, this.#head)
  }

  #take(head: ShownHead): TextStep {
    const offset = this.position
    const text = chunkOf(this.#buffer)
    this.#buffer = this.#buffer.slice(text.length)
    this.position = offset + text.length
    return { type: 'text', head, offset, text }
  }

  async #readOrLater(): Promise<TextRange | undefined | 'later'> {
    try {
      const range = await this.#hub.read(this.#id, this.position, maxRead)
      this.#failures = 0
      return range
    } catch (error) {
      // A retry would find the same. The response fails, so that the client does not take its text for whole.
      if (isStreamServerError(error, 'corrupt')) throw error
      // Already reported. The connection stays open, and the poll after a wait makes this reader read again.
      this.#news = undefined
      this.#heads.readFailed(this.#id, ++this.#failures)
      return 'later'
    }
  }

  /** A reader is never ahead of the durable text, so the text that it has returned stays valid in every later epoch. */
  #adopt(range: TextRange): void {
    if (range.start === this.position) this.#buffer = cutBeforeSplitPair(range.text)
    this.#head = range.head
  }
}
