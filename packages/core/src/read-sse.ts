import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { SourceError } from './errors'
import { readText } from './read-text'

/** One event of a Server-Sent Events body. */
export type SseEvent = EventSourceMessage

/** The largest event that is read, in characters: one catch-up answer of 1 Mi code units, each escaped as `\uXXXX`. */
const MAX_EVENT_LENGTH = 8 * 1024 * 1024

/** Reads a `text/event-stream` body. `onBytes` hears of every read, comments among them. */
export function readSse(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: SseEvent) => void,
  onBytes: () => void,
): Promise<void> {
  const parser = createParser({
    onEvent,
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') {
        throw new SourceError('server', '@keepstream/core: an event is larger than 8 Mi characters', { cause: error })
      }
    },
    maxBufferSize: MAX_EVENT_LENGTH,
  })
  return readText(
    body,
    (text) => {
      onBytes()
      parser.feed(text)
    },
    {},
  )
}
