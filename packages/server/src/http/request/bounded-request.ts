import { consumedBody } from '../../run/consumed-body'

/** A request whose body can be read by several, each on its own. */
export interface BoundedRequest {
  /** The request itself where nothing is to be read; otherwise a new copy each time, with what middleware has put on it. */
  open(): Request
}

/**
 * Takes in the body of a request; `too-long` if that is longer than `maxBytes`, `cut` if the client left before its end.
 * Nothing beyond the bound is ever held, whatever `Content-Length` claims. A body that somebody has read before is missing
 * only to those who want it.
 */
export async function boundRequest(request: Request, maxBytes: number): Promise<BoundedRequest | 'too-long' | 'cut'> {
  const claim = request.headers.get('Content-Length')
  const claimed = Number(claim ?? 0)
  if (claimed > maxBytes) return 'too-long'
  const { body } = request
  if (!body) return { open: () => request }
  // Adapters make a body for every POST, also where the client says that there is none.
  if (claim === '0') return { open: () => (request.bodyUsed ? copyOf(request, null) : request) }
  if (request.bodyUsed || body.locked) return { open: () => copyOf(request, consumedBody()) }
  const bytes = await readBytes(body, maxBytes, request.signal)
  if (typeof bytes === 'string') return bytes
  // Where a parser has read the request of Node before, an adapter makes a body of it that is empty.
  return { open: () => copyOf(request, claimed > 0 && bytes.byteLength === 0 ? consumedBody() : bytes) }
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
      // The rest is not wanted; whether the client hears that changes nothing for us.
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
