/** How fast a body may pass. */
export interface Pace {
  isSlow(): boolean
  /** Resolves after `ms`, or at once when the network is not slow any more, or the request is not wanted any more. */
  hold(ms: number, signal: AbortSignal): Promise<void>
}

export interface PassOnOptions {
  /** Its abort breaks the body, with the signal's reason. */
  readonly signal: AbortSignal
  readonly pace: Pace
  /** The body has ended, in whatever way. May be called more than once. */
  readonly onEnd: () => void
}

/** So few bytes that a piece may end within an event, a word, or a character. */
const PIECE_BYTES = 48

/** How far apart they come, in milliseconds. */
const PIECE_MS = 120

/**
 * Passes a body on as it comes, or in small pieces with a wait before each. It reads only when it is read, and holds one
 * read of the body at most, so that the server feels a slow reader as it would on a real network.
 */
export function passOnSlowly(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { signal, pace, onEnd }: PassOnOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  let held = new Uint8Array(0)

  function letGo(reason: unknown) {
    onEnd()
    reader.cancel(reason).catch(() => {}) // nobody reads any more, so that the body broke as well is no news
  }

  return new ReadableStream(
    {
      start(controller) {
        const onAbort = () => {
          controller.error(signal.reason)
          letGo(signal.reason)
        }
        if (signal.aborted) onAbort()
        else signal.addEventListener('abort', onAbort, { once: true })
      },
      async pull(controller) {
        try {
          if (held.length === 0) {
            const { done, value } = await reader.read()
            if (done) {
              onEnd()
              if (!signal.aborted) controller.close()
              return
            }
            held = value
          }
          if (pace.isSlow()) await pace.hold(PIECE_MS, signal)
          if (signal.aborted) return
          const size = pace.isSlow() ? PIECE_BYTES : held.length
          controller.enqueue(held.subarray(0, size))
          held = held.subarray(size)
        } catch (cause) {
          onEnd()
          throw cause
        }
      },
      cancel: letGo,
    },
    { highWaterMark: 0 },
  )
}
