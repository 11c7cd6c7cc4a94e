import type { DecodedEvent } from '../sources/http/decode-event'
import type { SseEvent } from '../sources/http/read-sse'

/** A decoder of one format, for `fetchLive({ decode })` and for `fromDialect`. It is pure: each event is read by itself. */
export interface Dialect {
  /** @throws {SyntaxError} if the data of an event that has text in this format is not JSON */
  (event: SseEvent): DecodedEvent | undefined
  readonly endMarker: 'done' | 'finish-reason' | 'event'
}

/**
 * Makes a decoder of events whose data is JSON. Data that is empty keeps the connection alive, and a value that is no object
 * has nothing to read.
 */
export function jsonDialect<Value extends object>(
  endMarker: Dialect['endMarker'],
  read: (value: Partial<Value>) => DecodedEvent | undefined,
): Dialect {
  const decode = ({ data }: SseEvent) => {
    const value: unknown = data.trim() ? JSON.parse(data) : undefined
    return isObject(value) ? read(value as Partial<Value>) : undefined
  }
  return Object.assign(decode, { endMarker })
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The text of a string, or of an array of content blocks, of which only those with text are read. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? content.map(blockText).join('') : ''
}

function blockText(block: unknown): string {
  if (typeof block === 'string') return block
  const { type, text } = Object(block) as { type?: unknown; text?: unknown }
  return type === 'text' && typeof text === 'string' ? text : ''
}

/** A word of the provider. Some send an empty string for none. */
export const wordOf = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)

/** The end with an error. Its code is the provider's own, or `provider-error` if there is none. */
export function failure(cause: unknown): DecodedEvent {
  const { code, type } = Object(cause) as { code?: unknown; type?: unknown }
  return { error: wordOf(typeof code === 'number' ? String(code) : code) ?? wordOf(type) ?? 'provider-error', cause }
}
