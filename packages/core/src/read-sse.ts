import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { SourceError } from './errors'
import { readText } from './read-text'

/** One event of a Server-Sent Events body. */
export type SseEvent = EventSourceMessage

/** The largest event that is read, in characters: one catch-up answer of 1 Mi code units, each escaped as `\uXXXX`. */
const maxBufferSize = 8 * 1024 * 1024

/** Reads a `text/event-stream` answer. `onBytes` hears of every read, comments among them. */
export function readSse(response: Response, onEvent: (event: SseEvent) => void, onBytes: () => void): Promise<void> {
  const { feed } = createParser({
    onEvent,
    maxBufferSize,
    onError(cause) {
      // Anything else it reports is a line to be skipped.
      if (cause.type === 'max-buffer-size-exceeded') throw new SourceError('server', 'an event is too large', { cause })
    },
  })
  return readText(
    response,
    (text) => {
      onBytes()
      feed(text)
    },
    {},
  )
}
