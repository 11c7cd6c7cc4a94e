import type { StoredRange, StreamHead } from '../../store/stream-store'

/** Parses `meta` only when it is read: it may be a whole chat, and most reads need only the text. */
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
