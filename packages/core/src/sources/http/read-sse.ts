import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { SourceError } from '../../errors'
import { readText } from './read-text'

/** One event of a Server-Sent Events body. */
export type SseEvent = EventSourceMessage

/** The largest event that is read, in characters: one catch-up event of 1 Mi code units, each escaped as `\uXXXX`. */
const maxBufferSize = 8 * 1024 * 1024

/**
 * Reads a `text/event-stream` response. `onBytes` is called on every read, also for comments. `onLast` gets a last event
 * without its blank line, or even without the end of its line, when the body ended by itself. Such an event may have been
 * cut. Without `onLast` it is ignored, as the standard says.
 */
export async function readSse(
  response: Response,
  onEvent: (event: SseEvent) => void,
  onBytes: () => void,
  onLast: (event: SseEvent) => void = () => {},
): Promise<void> {
  let isOver = false
  const { feed } = createParser({
    onEvent: (event) => (isOver ? onLast : onEvent)(event),
    maxBufferSize,
    onError(cause) {
      // Any other error means a line to skip.
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
    () => {}, // each event has its own bound, and the caller bounds the whole text
    {},
  )
  // After a CR, the parser waits for a LF.
  if (last === '\r') feed('\n')
  isOver = true
  feed('\n\n')
}
