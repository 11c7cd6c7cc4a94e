import { createFrameParser, type FramedSink } from './parse-framed'

/** How long the first byte may take after the headers, in milliseconds. The server sends both at once. */
export const HELD_MS = 2000

/**
 * Reads framed text as it arrives. Resolves with false if the response can only be read in another form: nothing of it came
 * although it had begun, or `fetch` has no body streams.
 *
 * @throws {SourceError} `altered` if it is no such text
 */
export async function readFramed(response: Response, sink: FramedSink): Promise<boolean> {
  const reader = response.body?.getReader()
  if (!reader) return false
  const cancel = () => void reader.cancel().catch(() => {}) // an error of the body has ended the loop already
  let isHeld = false
  const timer = setTimeout(() => {
    isHeld = true
    cancel()
  }, HELD_MS)
  const parse = createFrameParser(sink)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      clearTimeout(timer)
      if (done) return !isHeld
      parse(value)
    }
  } finally {
    clearTimeout(timer)
    cancel()
  }
}
