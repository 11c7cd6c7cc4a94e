import type { End, TerminalStatus } from '../../types'
import type { SseEvent } from './read-sse'

/** The content of an event of another dialect. */
export interface DecodedEvent {
  /** `null` means no text, as in the role events of OpenAI's dialect. */
  readonly text?: string | null | undefined
  /** The explicit end: `true` is `done`. */
  readonly end?: boolean | TerminalStatus | undefined
  /** The text ended with an error. This is its code for readers. */
  readonly error?: string | undefined
  /** The producer's own reason for stopping. It is not the end: it may come in an event before the end. `null` means none. */
  readonly finishReason?: string | null | undefined
  /** With `error`: what the producer reported. It is for the logs of a server. `fetchLive` shows it to nobody. */
  readonly cause?: unknown
}

/** Reads an event of another dialect: returns its text or its decoded content, or `undefined` for an event without text. */
export interface EventDecoder {
  (event: SseEvent): string | DecodedEvent | undefined
  /**
   * What ends a whole answer besides an event with `end`:
   *
   * - left out: `[DONE]`, always.
   * - `done`: `[DONE]` after a finish reason. Without a reason the answer may have been cut.
   * - `finish-reason`: the same, or a body that ends by itself after a finish reason that came without text.
   * - `event`: nothing.
   *
   * @default undefined
   */
  readonly endMarker?: 'done' | 'finish-reason' | 'event' | undefined
}

/** What an event adds to the text, and the end of the text if it is one. */
export interface DecodedPart {
  readonly text: string
  readonly ending?: Ending | undefined
  readonly cause?: unknown
}

export type Ending = Pick<End, 'status' | 'error' | 'finishReason'>

/** Applies a decoder to the events of one response, in their order. */
export function createDecoding(decode: EventDecoder) {
  const { endMarker } = decode
  let finishReason: string | undefined
  /** A finish reason came without text, and no text after it. */
  let isFinished = false
  let isOver = false

  function read(decoded: string | DecodedEvent | undefined): DecodedPart {
    const { text, end, error, cause, ...rest }: DecodedEvent =
      typeof decoded === 'string' ? { text: decoded } : (decoded ?? {})
    finishReason = rest.finishReason ?? finishReason
    isFinished = !text && (isFinished || !!rest.finishReason)
    const status = error !== undefined ? 'error' : end === true ? 'done' : end
    if (status) isOver = true
    return { text: text ?? '', ending: status ? { status, error, finishReason } : undefined, cause }
  }

  function marker(): DecodedEvent {
    return { end: endMarker === undefined || (endMarker !== 'event' && finishReason !== undefined) }
  }

  return {
    /** After the end, nothing is read. */
    event: (event: SseEvent): DecodedPart =>
      isOver ? { text: '' } : read(isDone(event.data) ? marker() : decode(event)),
    /** The body ended by itself. Returns the end if that is one. */
    close: (): Ending | undefined =>
      endMarker === 'finish-reason' && isFinished && !isOver ? { status: 'done', finishReason } : undefined,
  }
}

/** Whether the data is certainly complete: no cut can turn longer data into it. */
export function isWhole(data: string): boolean {
  if (isDone(data)) return true
  try {
    return typeof JSON.parse(data) === 'object' && data.trim() !== 'null'
  } catch {
    return false
  }
}

function isDone(data: string): boolean {
  return data.trim() === '[DONE]'
}
