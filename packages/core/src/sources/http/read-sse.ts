import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { SourceError } from '../../errors'
import { readText } from './read-text'

/** One event of a Server-Sent Events body. */
export type SseEvent = EventSourceMessage

/** Divides a body into events, as its text arrives. */
export interface EventReader {
  push(text: string): void
  /** The body ended by itself. */
  close(): void
}

/** The largest event that is read, in characters: one catch-up event of 1 Mi code units, each escaped as `\uXXXX`. */
export const maxBufferSize = 8 * 1024 * 1024

/**
 * Reads Server-Sent Events. `onLast` gets a last event without its blank line, or even without the end of its line, when the
 * body ended by itself. Such an event may have been cut. The standard says to ignore it.
 */
export function createSseReader(onEvent: (event: SseEvent) => void, onLast: (event: SseEvent) => void): EventReader {
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
  return {
    push(text) {
      feed(text)
      last = text.slice(-1) || last
    },
    close() {
      // After a CR, the parser waits for a LF.
      if (last === '\r') feed('\n')
      isOver = true
      feed('\n\n')
    },
  }
}

/**
 * Reads a response through a reader of its events. `onBytes` is called on every read, also for comments. If the connection
 * breaks, the reader is not closed.
 */
export async function readEventBody(response: Response, reader: EventReader, onBytes: () => void): Promise<void> {
  await readText(
    response,
    (text) => {
      onBytes()
      reader.push(text)
    },
    () => {}, // each event has its own bound, and the caller bounds the whole text
    {},
  )
  reader.close()
}
