import { SourceError } from '../../errors'
import { createReportDecoder } from '../../sources/http/decode-report'
import { createFrameParser } from '../../sources/http/parse-framed'

/** Counts the frames of framed text, and reads them as a client does. It keeps no content. */
export function createFrameCounter() {
  const counter = {
    /** Empty frames, which show that time has passed. */
    marks: 0,
    /** Code units of text. */
    length: 0,
    hasEnd: false,
    /** What a server cannot have sent, and after how many bytes it was known. */
    altered: undefined as { readonly words: string; readonly bytes: number } | undefined,
    read,
  }
  let total = 0
  const decoder = createReportDecoder(
    0,
    () => {},
    ({ text }) => {
      counter.length += text.length
    },
  )
  const parse = createFrameParser({
    ...decoder,
    frame(content) {
      decoder.frame(content)
      if (JSON.parse(content).type === 'end') counter.hasEnd = true
    },
    mark() {
      counter.marks += 1
    },
    alive() {},
  })

  function read(bytes: Uint8Array) {
    if (counter.altered) return
    total += bytes.length
    try {
      parse(bytes)
    } catch (cause) {
      // The messages of other errors may contain text.
      const { message, cause: place } = cause as Error
      const words = place instanceof RangeError ? place.message : cause instanceof SourceError ? message : 'unreadable'
      counter.altered = { words, bytes: total }
    }
  }

  return counter
}
