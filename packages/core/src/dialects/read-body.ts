import { isWhole } from '../sources/http/decode-event'
import type { createSseReader, SseEvent } from '../sources/http/read-sse'

/**
 * The events of a body of bytes or of events, which is read only as they are asked for. Rejects if the connection breaks. Leaving it cancels the body.
 */
export async function* readBody(
  body: ReadableStream<Uint8Array | SseEvent>,
  createReader: typeof createSseReader,
): AsyncGenerator<SseEvent, void, void> {
  const arrived: SseEvent[] = []
  const take = (event: SseEvent) => {
    arrived.push(event)
  }
  const events = createReader(take, (event) => isWhole(event.data) && take(event))
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (let isOpen = true; isOpen; ) {
      const { done, value } = await reader.read()
      isOpen = !done
      if (done) events.close()
      else if (ArrayBuffer.isView(value)) events.push(decoder.decode(value, { stream: true }))
      else take(value)
      yield* arrived.splice(0)
    }
  } finally {
    // An error of the body already ended the loop above, and a finished body has nothing to cancel.
    reader.cancel().catch(() => {})
  }
}
