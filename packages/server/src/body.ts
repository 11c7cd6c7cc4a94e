/** What a response body is made of. */
export interface BodySource {
  /** What comes next; `undefined` while there is nothing, until `wake()`. What it throws becomes the error of the body. */
  next(): Uint8Array | undefined | 'end' | Promise<Uint8Array | undefined | 'end'>
  /** Called once, when the body has ended, failed or was cancelled. */
  release(): void
}

export interface Body {
  readonly stream: ReadableStream<Uint8Array>
  /** There may be something new. */
  wake(): void
  /** Closes the body, also one that nobody reads. */
  end(): void
  /** Errors it, so that nobody takes it for whole. */
  fail(error: unknown): void
}

/**
 * A response body that is a position: it asks its source only when the client has taken what came before, and holds
 * nothing for a client that does not. `signal` is the request's, for servers that abort it rather than cancel the body.
 */
export function createBody(source: BodySource, signal: AbortSignal): Body {
  let isAwake = false
  let isOver = false
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
          if (step !== undefined) return controller.enqueue(step)
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

  const onAbort = () => end()
  // Later, because the caller has yet to note what `release` is to undo.
  if (signal.aborted) queueMicrotask(onAbort)
  else signal.addEventListener('abort', onAbort, { once: true })

  return {
    stream,
    wake,
    end: () => end(),
    fail: (error) => fail(error),
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
