/** What a response body is made of. */
export interface BodySource {
  /** What comes next; `undefined` while there is nothing, until `wake()`. What it throws becomes the error of the body. */
  next(): Uint8Array | undefined | 'end' | Promise<Uint8Array | undefined | 'end'>
  /** Called once, when the body has ended, failed or was cancelled. */
  release(): void
  /**
   * Nothing in the body itself tells a part from the whole, as with plain text: when the request is aborted, the body is
   * errored. One of events just ends.
   */
  readonly isRaw?: boolean
}

export interface ResponseBody {
  readonly stream: ReadableStream<Uint8Array>
  /** There may be something new. */
  wake(): void
  /** Closes the body, also one that nobody reads. */
  end(): void
  /** Errors it, so that nobody takes it for whole. */
  fail(error: unknown): void
  /** An interval has passed. Errors a body that nobody has asked for anything through `maxIdle` of them. */
  tick(): void
}

/** A body that nobody reads is let go after `rolloverMs`, as a follower is that somebody reads. */
export function maxIdleTicks({ rolloverMs, keepAliveMs }: { rolloverMs: number; keepAliveMs: number }): number {
  return Math.ceil(rolloverMs / keepAliveMs)
}

const empty = new Uint8Array()

/**
 * A response body that is a position: it asks its source only when the client has taken what came before, and holds
 * nothing for a client that does not. `signal` is the request's, for servers that abort it rather than cancel the body.
 */
export function createResponseBody(source: BodySource, signal: AbortSignal, maxIdle = Infinity): ResponseBody {
  let isAwake = false
  let isOver = false
  let isBegun = false
  let isAsked = false
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
        isAsked = true
        idle = 0
        for (;;) {
          isAwake = false
          let step: Uint8Array | undefined | 'end'
          try {
            step = await source.next()
          } catch (error) {
            finish()
            throw error
          }
          if (isOver) return
          if (step === 'end') return end()
          // Most hosts send the headers with the first chunk alone, so one without bytes takes the place of what is not there
          // yet: a reader must be able to tell a producer that thinks from a server that hangs.
          if (step === undefined && !isBegun) step = empty
          isBegun = true
          if (step !== undefined) {
            isAsked = false
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
    // Nothing is asked for before the client does: 22 kB instead of 8 MB for a stalled reader of an 8 MB text.
    { highWaterMark: 0 },
  )

  const onAbort = () => (source.isRaw ? fail(signal.reason) : end())
  // Later, because the caller has yet to note what `release` is to undo.
  if (signal.aborted) queueMicrotask(onAbort)
  else signal.addEventListener('abort', onAbort, { once: true })

  return {
    stream,
    wake,
    end: () => end(),
    fail: (error) => fail(error),
    tick() {
      // Some hosts neither read on nor cancel when their client has left. A client that stalls for so long reads on by offset.
      if (!isAsked && ++idle >= maxIdle) fail(new DOMException('@keepstream/server: nobody reads this', 'AbortError'))
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
