/** Controls the speed of a body. */
export interface Pace {
  isSlow(): boolean
  /** Resolves after `ms`, or at once when the network is no longer slow or the request was aborted. */
  hold(ms: number, signal: AbortSignal): Promise<void>
}

export interface PassOnOptions {
  /** Aborting it breaks the body, with the signal's reason. */
  readonly signal: AbortSignal
  readonly pace: Pace
  /** The body has ended or failed. It may be called more than once. */
  readonly onEnd: () => void
}

/** So few bytes that a chunk may end within an event, a word, or a character. */
const CHUNK_BYTES = 48

/** The wait before each chunk, in milliseconds. */
const CHUNK_MS = 120

/**
 * Passes a body on as it arrives, or in small chunks with a wait before each. It reads the body only on demand and holds at
 * most one read, so that the server sees a slow reader as on a real network.
 */
export function passOnSlowly(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { signal, pace, onEnd }: PassOnOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  let held = new Uint8Array(0)

  function release(reason: unknown) {
    onEnd()
    reader.cancel(reason).catch(() => {}) // without a reader, a failure of the body does not matter
  }

  return new ReadableStream(
    {
      start(controller) {
        const onAbort = () => {
          controller.error(signal.reason)
          release(signal.reason)
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
          if (pace.isSlow()) await pace.hold(CHUNK_MS, signal)
          if (signal.aborted) return
          const size = pace.isSlow() ? CHUNK_BYTES : held.length
          controller.enqueue(held.subarray(0, size))
          held = held.subarray(size)
        } catch (cause) {
          onEnd()
          throw cause
        }
      },
      cancel: release,
    },
    { highWaterMark: 0 },
  )
}
