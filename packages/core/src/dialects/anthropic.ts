import { type Dialect, failure, jsonDialect, textOf, wordOf } from './json'

interface Event {
  readonly type: string
  readonly content_block: unknown
  readonly delta: { readonly type?: unknown; readonly text?: unknown; readonly stop_reason?: unknown } | null
  readonly error: unknown
}

/**
 * Anthropic's messages. Reads the text blocks, and no thinking.
 *
 * The end is `message_stop`. The finish reason is the `stop_reason` before it, such as `end_turn`, `max_tokens` or `refusal`. An
 * event with an `error` is an error.
 */
export const anthropic: Dialect = /* @__PURE__ */ jsonDialect<Event>(
  'event',
  ({ type, content_block, delta, error }) => {
    switch (type) {
      case 'content_block_start':
        return { text: textOf([content_block]) }
      case 'content_block_delta':
        return delta?.type === 'text_delta' ? { text: textOf(delta.text) } : undefined
      case 'message_delta':
        return { finishReason: wordOf(delta?.stop_reason) }
      case 'message_stop':
        return { end: true }
      default:
        // An `error` event, or a refused request.
        return error ? failure(error) : undefined
    }
  },
)
