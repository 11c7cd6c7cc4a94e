import type { StoredRange, StreamHead } from '../../store/stream-store'

/** Parses meta for whoever asks for it: it may be a whole chat, and most reads are for the text alone. */
export function storedRange(head: StreamHead, json: string, start: number, text: string): StoredRange {
  let meta: unknown
  return {
    head,
    get meta() {
      // No JSON value is `undefined`.
      if (meta === undefined) meta = JSON.parse(json)
      return meta
    },
    start,
    text,
  }
}
