import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { SourceError } from './errors'
import { readText } from './read-text'

/** One event of a Server-Sent Events body. */
export type SseEvent = EventSourceMessage

/** The largest event that is read, in characters: one catch-up answer of 1 Mi code units, each escaped as `\uXXXX`. */
const maxBufferSize = 8 * 1024 * 1024

/** Reads a `text/event-stream` answer. `onBytes` hears of every read, comments among them. */
export async function readSse(
  response: Response,
  onEvent: (event: SseEvent) => void,
  onBytes: () => void,
): Promise<void> {
  const type = response.headers.get('content-type')
  if (!type?.includes('event-stream')) {
    response.body?.cancel().catch(() => {}) // a body that is not wanted may fail as it likes
    throw new SourceError('server', `expected events, got ${type}: is the URL right?`)
  }
  const { feed } = createParser({
    onEvent,
    maxBufferSize,
    onError(cause) {
      // Anything else it reports is a line to be skipped.
      if (cause.type === 'max-buffer-size-exceeded') throw new SourceError('server', 'an event is too large', { cause })
    },
  })
  await readText(
    response,
    (text) => {
      onBytes()
      feed(text)
    },
    {},
  )
}
