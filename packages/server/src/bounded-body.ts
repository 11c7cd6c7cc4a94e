/**
 * The request with its body read; `too-long` if that is longer than `maxBytes`, `cut` if the client left before its end.
 * Nothing beyond the bound is ever held, whatever `Content-Length` claims.
 */
export async function withBoundedBody(request: Request, maxBytes: number): Promise<Request | 'too-long' | 'cut'> {
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) return 'too-long'
  if (request.body === null) return request
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const step = await reader.read().catch((error) => {
      if (request.signal.aborted) return undefined
      throw error
    })
    if (!step) return 'cut'
    const { done, value } = step
    if (done) break
    length += value.length
    if (length > maxBytes) {
      // The rest is not wanted; whether the client hears that changes nothing for us.
      void reader.cancel().catch(() => undefined)
      return 'too-long'
    }
    chunks.push(value)
  }
  const { url, method, headers, signal } = request
  return new Request(url, { method, headers, signal, body: joined(chunks, length) })
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
