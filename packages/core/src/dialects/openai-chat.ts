import { type Dialect, failure, jsonDialect, textOf, wordOf } from './json'

interface Chunk {
  readonly choices: readonly Choice[] | null
  readonly error: unknown
}

interface Choice {
  readonly index?: number
  readonly delta?: { readonly content?: unknown; readonly refusal?: unknown } | null
  readonly finish_reason?: unknown
}

/**
 * OpenAI's chat completions, which many servers and gateways send. Reads the content and the refusal of the first choice.
 *
 * The text is whole at `[DONE]` after a `finish_reason`. For servers without `[DONE]`, it is whole when the body ends by itself
 * after a `finish_reason` without text. `length` and `content_filter` are finish reasons as well. The finish reason `error`, which
 * gateways send, is an error.
 */
export const openAiChat: Dialect = /* @__PURE__ */ jsonDialect<Chunk>('finish-reason', ({ choices, error }) => {
  if (error) return failure(error)
  const choice = choices?.find(({ index = 0 }) => index === 0)
  if (!choice) return undefined
  const text = textOf(choice.delta?.content) + textOf(choice.delta?.refusal)
  const finishReason = wordOf(choice.finish_reason)
  return finishReason === 'error' ? { ...failure(choice), text } : { text, finishReason }
})
