import { type Dialect, failure, jsonDialect, textOf, wordOf } from './json'

interface Event {
  readonly type: string
  readonly delta: unknown
  readonly error: unknown
  readonly response: Response | null
}

interface Response {
  readonly error?: unknown
  readonly incomplete_details?: { readonly reason?: unknown } | null
  readonly output?: readonly { readonly content?: readonly { readonly type?: unknown }[] | null }[] | null
}

/**
 * OpenAI's responses. Reads the text and the refusal of every message.
 *
 * The end is `response.completed` (the finish reason is `completed`, or `refusal` if the model refused) or
 * `response.incomplete` (`max_output_tokens`, `content_filter`). `response.failed` and `error` are errors.
 */
export const openAiResponses: Dialect = /* @__PURE__ */ jsonDialect<Event>('event', (event) => {
  const { type, delta, error, response } = event
  switch (type) {
    case 'response.output_text.delta':
    case 'response.refusal.delta':
      return { text: textOf(delta) }
    case 'response.completed':
      return { end: true, finishReason: isRefused(response) ? 'refusal' : 'completed' }
    case 'response.incomplete':
      return { end: true, finishReason: wordOf(response?.incomplete_details?.reason) ?? 'incomplete' }
    case 'response.failed':
      return failure(response?.error)
    case 'error':
      return failure(error ?? { ...event, type: undefined })
    default:
      // A refused request has no type.
      return error ? failure(error) : undefined
  }
})

function isRefused(response: Response | null | undefined): boolean {
  return !!response?.output?.some(({ content }) => content?.some(({ type }) => type === 'refusal'))
}
