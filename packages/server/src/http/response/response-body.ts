import { nothing } from './utf-8'

/** Where a response body gets its bytes from. */
export interface BodySource {
  /**
   * Returns the next chunk, or `undefined` if there is nothing until `wake()`. If it throws, the body fails with that
   * error.
   */
  next(): Uint8Array | undefined | 'end' | Promise<Uint8Array | undefined | 'end'>
  /** Called once, when the body has ended, failed or was cancelled. */
  release(): void
  /**
   * `true` for plain text, in which nothing marks the end. When the request is aborted, such a body fails, so that a
   * part is not taken for the whole. A body of events just ends.
   */
  readonly isRaw?: boolean
}

export interface ResponseBody {
  readonly stream: ReadableStream<Uint8Array>
  /** There may be something new. */
  wake(): void
  /** Closes the body, even if the client does not read it. */
  end(): void
  /** Fails the body, so that the client does not take it for whole. */
  fail(error: unknown): void
  /** An interval has passed. The body fails if the client has read nothing for `maxIdle` intervals. */
  tick(): void
}

/**
 * A body that is not read fails after this number of ticks: about `rolloverMs`, as long as a follower's connection
 * lasts.
 */
export function maxIdleTicks({ rolloverMs, keepAliveMs }: { rolloverMs: number; keepAliveMs: number }): number {
  return Math.ceil(rolloverMs / keepAliveMs)
}

/**
 * A response body that reads from its source only when the client has taken the previous chunk. It buffers nothing for
 * a slow client. `signal` is the request's, for servers that abort it instead of cancelling the body.
 */
export function createResponseBody(source: BodySource, signal: AbortSignal, maxIdle = Infinity): ResponseBody {
  let isAwake = false
  let isOver = false
  let isBegun = false
  let isPulled = false
  let idle = 0
  let wakeUp: (() => void) | undefined
  let end: () => void = () => undefined
  let fail: (error: unknown) => void = () => undefined

  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        end = () => {
          if (finish()) controller.close()
        }
        fail = (error) => {
          if (finish()) controller.error(error)
        }
      },
      async pull(controller) {
        isPulled = true
        idle = 0
        for (;;) {
          isAwake = false
          let step: Uint8Array | undefined | 'end'
          try {
            const next = source.next()
            // Without a pause for what is known already.
            step = next instanceof Promise ? await next : next
          } catch (error) {
            finish()
            throw error
          }
          if (isOver) return
          if (step === 'end') return end()
          // Most hosts send the headers only with the first chunk, so an empty chunk is sent if there is no text yet.
          // Without the headers a reader cannot tell a thinking producer from a server that hangs.
          if (step === undefined && !isBegun) step = nothing
          isBegun = true
          if (step !== undefined) {
            isPulled = false
            return controller.enqueue(step)
          }
          if (!isAwake) await new Promise<void>((resolve) => (wakeUp = resolve))
          if (isOver) return
        }
      },
      cancel() {
        finish()
      },
    },
    // Reads nothing ahead of the client. A stalled reader of an 8 MB text then costs 22 kB instead of 8 MB.
    { highWaterMark: 0 },
  )

  const onAbort = () => (source.isRaw ? fail(signal.reason) : end())
  // Later, because the caller has not stored yet what `release` needs.
  if (signal.aborted) queueMicrotask(onAbort)
  else signal.addEventListener('abort', onAbort, { once: true })

  return {
    stream,
    wake,
    end: () => end(),
    fail: (error) => fail(error),
    tick() {
      // Some hosts neither read on nor cancel when their client has left. A client that only stalled reconnects by
      // offset.
      if (!isPulled && ++idle >= maxIdle)
        fail(new DOMException('@keepstream/server: the client stopped reading', 'AbortError'))
    },
  }

  function wake(): void {
    isAwake = true
    wakeUp?.()
    wakeUp = undefined
  }

  function finish(): boolean {
    if (isOver) return false
    isOver = true
    signal.removeEventListener('abort', onAbort)
    wake()
    source.release()
    return true
  }
}
