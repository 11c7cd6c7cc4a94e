import { maxPromptLength } from '../../shared/prompt-limit'

/** The question in a request's body, or the reason why it cannot be used. */
export type PromptResult =
  | { readonly type: 'ok'; readonly prompt: string; readonly chatId: string | undefined }
  | { readonly type: 'invalid'; readonly code: string; readonly message: string }

/** Checks `{ prompt, chatId? }`. Control characters and lone surrogates become spaces, because no question needs them. */
export function readPrompt(body: unknown): PromptResult {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return invalid('invalid-body', 'Send a JSON object: { "prompt": "…", "chatId"?: "…" }.')
  }
  const { prompt, chatId } = body as Record<string, unknown>
  if (typeof prompt !== 'string') return invalid('invalid-prompt', '`prompt` must be a string.')
  if (prompt.length > maxPromptLength) {
    return invalid(
      'prompt-too-long',
      `\`prompt\` may have ${maxPromptLength} characters; this one has ${prompt.length}.`,
    )
  }
  const clean = prompt.replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, ' ').trim()
  if (clean === '') return invalid('empty-prompt', '`prompt` is empty. Ask a question.')
  if (chatId !== undefined && (typeof chatId !== 'string' || !/^[\w-]{1,64}$/.test(chatId))) {
    return invalid('invalid-chat', '`chatId` must be the id of a conversation; leave it out to begin a new one.')
  }
  return { type: 'ok', prompt: clean, chatId }
}

function invalid(code: string, message: string): PromptResult {
  return { type: 'invalid', code, message }
}
