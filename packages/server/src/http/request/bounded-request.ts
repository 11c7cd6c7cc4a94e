import { consumedBody } from './consumed-body'
import { isBodyless } from './is-bodyless'

/** A request whose body can be read more than once. */
export interface BoundedRequest {
  /**
   * The request itself if it has no body. Otherwise a new copy each time, with the properties that middleware has
   * added.
   */
  open(): Request
}

/**
 * Reads the body of a request. `too-long`: it is longer than `maxBytes`. `cut`: the client left before its end. It
 * never holds more than `maxBytes`, whatever `Content-Length` says. If the body was read before, only a read of it
 * fails.
 */
export async function boundRequest(request: Request, maxBytes: number): Promise<BoundedRequest | 'too-long' | 'cut'> {
  if (isBodyless(request)) return { open: () => (request.bodyUsed ? copyOf(request, null) : request) }
  const declaredBytes = Number(request.headers.get('Content-Length') ?? 0)
  if (declaredBytes > maxBytes) return 'too-long'
  const { body } = request
  if (!body) return { open: () => request }
  if (request.bodyUsed || body.locked) return { open: () => copyOf(request, consumedBody()) }
  const bytes = await readBytes(body, maxBytes, request.signal)
  if (typeof bytes === 'string') return bytes
  // If a parser has read the Node request before, an adapter creates an empty body from it.
  return { open: () => copyOf(request, declaredBytes > 0 && bytes.byteLength === 0 ? consumedBody() : bytes) }
}

function copyOf(request: Request, body: ArrayBuffer | ReadableStream | null): Request {
  const { url, method, headers, signal } = request
  const copy = new Request(url, { method, headers, signal, body, duplex: 'half' } as RequestInit)
  const added = Object.entries(request).filter(([name]) => !(name in copy))
  return Object.assign(copy, Object.fromEntries(added))
}

async function readBytes(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<ArrayBuffer | 'too-long' | 'cut'> {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const step = await reader.read().catch((error) => {
      if (signal.aborted) return undefined
      throw error
    })
    if (!step) return 'cut'
    const { done, value } = step
    if (done) return joined(chunks, length)
    length += value.length
    if (length > maxBytes) {
      // The rest is not needed, and a failed cancel has no effect here.
      void reader.cancel().catch(() => undefined)
      return 'too-long'
    }
    chunks.push(value)
  }
}

function joined(chunks: readonly Uint8Array[], length: number): ArrayBuffer {
  const bytes = new Uint8Array(new ArrayBuffer(length))
  let position = 0
  for (const chunk of chunks) {
    bytes.set(chunk, position)
    position += chunk.length
  }
  return bytes.buffer
}
