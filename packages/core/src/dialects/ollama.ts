import { type Dialect, failure, jsonDialect, textOf, wordOf } from './json'

interface Line {
  readonly message: { readonly content?: unknown } | null
  readonly response: unknown
  readonly done: unknown
  readonly done_reason: unknown
  readonly error: unknown
}

/**
 * The lines of Ollama's `/api/chat` and `/api/generate`. The end is the line with `done`. Its `done_reason` is the finish reason.
 * A line with `error` is an error.
 */
export const ollama: Dialect = /* @__PURE__ */ jsonDialect<Line>('event', (line) => {
  const { message, response, done, done_reason, error } = line
  if (error) return failure(error)
  return { text: textOf(message?.content) + textOf(response), end: done === true, finishReason: wordOf(done_reason) }
})
