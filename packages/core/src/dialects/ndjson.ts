import type { DecodedEvent } from '../sources/http/decode-event'
import { isTerminal, type TerminalStatus } from '../types'
import { type Dialect, isObject, jsonDialect, wordOf } from './json'

/**
 * Newline-delimited JSON of your own backend. Each line is `{ text?, end?, error?, finishReason? }`: the text to add, `end: true`
 * or a terminal status for the explicit end, the code of an error, and the finish reason. Other fields and other lines are
 * ignored. The end is a line with `end` or `error`.
 */
export const ndjson: Dialect = /* @__PURE__ */ jsonDialect<Record<keyof DecodedEvent, unknown>>('event', (line) => {
  const { text, end, error, finishReason } = line
  return {
    text: typeof text === 'string' ? text : undefined,
    end: end === true || isTerminal(end as TerminalStatus) ? (end as true | TerminalStatus) : undefined,
    finishReason: wordOf(finishReason),
    ...(error !== undefined && error !== null && error !== false && failed(error)),
  }
})

function failed(error: unknown): DecodedEvent {
  return { error: wordOf(error) ?? 'provider-error', cause: isObject(error) ? error : undefined }
}
