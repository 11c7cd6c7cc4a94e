import { SourceError } from '../../errors'
import { type EventReader, maxBufferSize, type SseEvent } from './read-sse'

/** Newline-delimited JSON, by the names that servers use. */
export const isLines = (type: string): boolean => /ndjson|jsonl|json-?lines/i.test(type)

/**
 * Reads newline-delimited JSON: each line that is not blank is the data of an event. A last line without its line end goes to
 * `onLast`, since it may have been cut.
 */
export function createLineReader(onLine: (event: SseEvent) => void, onLast: (event: SseEvent) => void): EventReader {
  // Never searched again, so that a long line in many parts takes linear time.
  let begun = ''

  function take(line: string, use: (event: SseEvent) => void) {
    begun = ''
    if (line.trim()) use({ data: line, event: undefined, id: undefined })
  }

  return {
    push(text) {
      const lines = text.split('\n')
      const open = lines.pop() as string
      for (const line of lines) take(begun + line, onLine)
      begun += open
      if (begun.length > maxBufferSize)
        throw new SourceError('server', `a line is larger than ${maxBufferSize} characters`)
    },
    close: () => take(begun, onLast),
  }
}
