import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { SourceError } from '../../errors'
import { readText } from './read-text'

/** One event of a Server-Sent Events body. */
export type SseEvent = EventSourceMessage

/** The largest event that is read, in characters: one catch-up answer of 1 Mi code units, each escaped as `\uXXXX`. */
const maxBufferSize = 8 * 1024 * 1024

/**
 * Reads a `text/event-stream` answer. `onBytes` hears of every read, comments among them. `onLast` hears of an event that a
 * body which ended by itself has left without its blank line, or even without the end of its line: it may be one that was
 * cut. Without `onLast` such an event is none, as the standard has it.
 */
export async function readSse(
  response: Response,
  onEvent: (event: SseEvent) => void,
  onBytes: () => void,
  onLast: (event: SseEvent) => void = () => {},
): Promise<void> {
  const type = response.headers.get('content-type')
  if (!type?.includes('event-stream')) {
    response.body?.cancel().catch(() => {}) // a body that is not wanted may fail as it likes
    throw new SourceError('server', `expected events, got ${type}: is the URL right?`)
  }
  let isOver = false
  const { feed } = createParser({
    onEvent: (event) => (isOver ? onLast : onEvent)(event),
    maxBufferSize,
    onError(cause) {
      // Anything else it reports is a line to be skipped.
      if (cause.type === 'max-buffer-size-exceeded')
        throw new SourceError('server', `an event is larger than ${maxBufferSize} characters`, { cause })
    },
  })
  let last = ''
  await readText(
    response,
    (text) => {
      onBytes()
      feed(text)
      last = text.slice(-1) || last
    },
    () => {}, // events are bounded one by one, and their text by whoever adds it up
    {},
  )
  // The parser waits for what may follow a CR.
  if (last === '\r') feed('\n')
  isOver = true
  feed('\n\n')
}
