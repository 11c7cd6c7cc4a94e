/**
 * The parts of the AI SDK's types that the transport uses, by their shape. So they fit `ai` 6 and 7 alike, whichever copy of it an
 * application has.
 */

/** A `UIMessage`. */
export interface ChatMessage {
  readonly id: string
  readonly role: string
  readonly parts: readonly object[]
}

/** A `UIMessageChunk`. Each version of `ai` has a type of its own for it. */
// biome-ignore lint/suspicious/noExplicitAny: a narrower type fits only one version
export type ChatChunk = any

/** What an application passes with a request of the chat. */
export interface ChatRequestOptions {
  readonly headers?: Record<string, string> | Headers | undefined
  readonly body?: object | undefined
  readonly metadata?: unknown
}

export interface SendOptions<Message extends ChatMessage> extends ChatRequestOptions {
  readonly trigger: 'submit-message' | 'regenerate-message'
  readonly chatId: string
  readonly messageId: string | undefined
  readonly messages: Message[]
  readonly abortSignal: AbortSignal | undefined
}

export interface ReconnectOptions extends ChatRequestOptions {
  readonly chatId: string
  readonly abortSignal?: AbortSignal | undefined
}

/** A `ChatTransport` of the AI SDK, over kept streams. */
export interface KeptChatTransport<Message extends ChatMessage> {
  /** An answer is always read from its start. */
  readonly resumeStreamIsReplay: true
  sendMessages(options: SendOptions<Message>): Promise<ReadableStream<ChatChunk>>
  reconnectToStream(options: ReconnectOptions): Promise<ReadableStream<ChatChunk> | null>
}
