import { nothing } from '../encoders/utf-8'

/** Where a response body gets its bytes from. */
export interface BodySource {
  /**
   * Returns the next chunk, or `undefined` if there is nothing until `wake()`. If it throws, the body fails with that
   * error.
   */
  next(): BodyChunk | Promise<BodyChunk>
  /** Called once, when the body has ended, failed or was cancelled. */
  release(): void
  /**
   * `true` for plain text, in which nothing marks the end. When the request is aborted, such a body fails, so that a
   * part is not taken for the whole. A body of events just ends.
   */
  readonly isRaw?: boolean
}

/**
 * A body that is not read fails after this number of ticks: about `rolloverMs`, as long as a follower's connection
 * lasts.
 */
export function maxIdleTicks({ rolloverMs, keepAliveMs }: { rolloverMs: number; keepAliveMs: number }): number {
  return Math.ceil(rolloverMs / keepAliveMs)
}

/** What a body sends next. `undefined`: nothing until `wake`. */
export type BodyChunk = Uint8Array | undefined | 'end'

/**
 * A response body that reads from its source only when the client has taken the previous chunk. It buffers nothing for
 * a slow client. `signal` is the request's, for servers that abort it instead of cancelling the body.
 *
 * A class for the same reason as `StoreReader`.
 */
export class ResponseBody {
  readonly stream: ReadableStream<Uint8Array>
  readonly #source: BodySource
  readonly #signal: AbortSignal
  readonly #maxIdle: number
  readonly #onAbort: () => void
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #isOver = false
  #isBegun = false
  /** The client waits for a chunk. */
  #isPulled = false
  /** The source is being called. */
  #isReading = false
  /** `wake` came during that call, which may have missed what is new. */
  #isAwake = false
  #idle = 0

  constructor(source: BodySource, signal: AbortSignal, maxIdle = Infinity) {
    this.#source = source
    this.#signal = signal
    this.#maxIdle = maxIdle
    this.#onAbort = () => (source.isRaw ? this.fail(signal.reason) : this.end())
    this.stream = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => {
          this.#isPulled = true
          this.#idle = 0
          this.#read()
        },
        cancel: () => void this.#finish(),
      },
      readsNothingAhead,
    )
    // Later, because the caller has not stored yet what `release` needs.
    if (signal.aborted) queueMicrotask(this.#onAbort)
    else signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** There may be something new. */
  wake(): void {
    this.#isAwake = true
    this.#read()
  }

  /** Closes the body, even if the client does not read it. */
  end(): void {
    if (this.#finish()) this.#controller?.close()
  }

  /** Fails the body, so that the client does not take it for whole. */
  fail(error: unknown): void {
    if (this.#finish()) this.#controller?.error(error)
  }

  /** An interval has passed. The body fails if the client has read nothing for `maxIdle` intervals. */
  tick(): void {
    // Some hosts neither read on nor cancel when their client has left. A client that only stalled reconnects by
    // offset.
    if (!this.#isPulled && ++this.#idle >= this.#maxIdle)
      this.fail(new DOMException('@keepstream/server: the client stopped reading', 'AbortError'))
  }

  /** Without a promise for what is known already. */
  #read(): void {
    if (!this.#isPulled || this.#isReading || this.#isOver) return
    this.#isReading = true
    this.#isAwake = false
    try {
      const next = this.#source.next()
      if (next instanceof Promise)
        next.then(
          (later) => this.#send(later),
          (error) => this.fail(error),
        )
      else this.#send(next)
    } catch (error) {
      this.fail(error)
    }
  }

  #send(next: BodyChunk): void {
    this.#isReading = false
    if (this.#isOver) return
    if (next === 'end') this.end()
    else if (next) this.#enqueue(next)
    // Most hosts send the headers only with the first chunk, so an empty chunk is sent if there is no text yet.
    // Without the headers a reader cannot tell a thinking producer from a server that hangs.
    else if (!this.#isBegun) this.#enqueue(nothing)
    else if (this.#isAwake) this.#read()
  }

  #enqueue(chunk: Uint8Array): void {
    this.#isBegun = true
    this.#isPulled = false
    this.#controller?.enqueue(chunk)
  }

  #finish(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#source.release()
    return true
  }
}

/** A stalled reader of an 8 MB text then costs 41 KB instead of 8 MB. */
const readsNothingAhead = { highWaterMark: 0 }
