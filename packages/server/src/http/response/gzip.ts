import { nothing } from '../encoders/utf-8'

/** How the bytes of a response are coded. `undefined`: as they are. */
export type ContentCoding = 'gzip' | undefined

/** How much is compressed at once, in bytes. A reader that stalls leaves at most that much in the compressor. */
const maxSlice = 65_536

/**
 * The response with its body compressed. Its length is not known before, so it must have no `Content-Length`.
 */
export function gzipped({ body, headers }: Response): Response {
  headers.set('Content-Encoding', 'gzip')
  // Workers compress a body of this coding once more, unless this says that it is compressed.
  const init: ResponseInit & { encodeBody: 'manual' } = { headers, encodeBody: 'manual' }
  return new Response(body && gzip(body), init)
}

/**
 * The compressed bytes of `source`. It reads from the source only when it is read. If the source fails, it fails; if it is
 * cancelled, the source is cancelled.
 *
 * It is not `source.pipeThrough(new CompressionStream('gzip'))`: in Node 20 that reads and holds everything, however slowly
 * it is read itself (tried).
 */
export function gzip(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const input = source.getReader()
  const { readable, writable } = new CompressionStream('gzip')
  const compressor = writable.getWriter()
  const output = readable.getReader()
  let rest = nothing
  let hasEnded = false
  let feeding: Promise<void> | undefined

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await nextOutput()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          void release(error)
          throw error
        }
      },
      cancel: release,
    },
    { highWaterMark: 0 },
  )

  /** Feeds the compressor until it puts something out. */
  async function nextOutput(): Promise<ReadableStreamReadResult<Uint8Array>> {
    let isOut = false
    const out = output.read().finally(() => {
      isOut = true
    })
    while (!isOut && !hasEnded) await Promise.race([out, feed()])
    return out
  }

  /** One slice at a time: the next one waits until the compressor has taken the one before. */
  function feed(): Promise<void> {
    feeding ??= feedSlice().then(() => {
      feeding = undefined
    })
    return feeding
  }

  async function feedSlice(): Promise<void> {
    if (rest.length === 0) {
      const { done, value } = await input.read()
      if (done) {
        hasEnded = true
        return compressor.close()
      }
      rest = value
    }
    const slice = rest.subarray(0, maxSlice)
    rest = rest.subarray(slice.length)
    return compressor.write(slice as Uint8Array<ArrayBuffer>)
  }

  /** What it rejects with is the reason itself, which its reader knows. */
  async function release(reason: unknown): Promise<void> {
    await Promise.allSettled([compressor.abort(reason), input.cancel(reason)])
  }
}
