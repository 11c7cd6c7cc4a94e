import type { DriveRequest, StreamClient } from '@keepstream/core'
import type { ChatMessage, ChatRequestOptions, KeptChatTransport } from './chat-types'
import { readAnswer } from './read-answer'
import { watchResumes } from './watch-resumes'

/** What the user of a chat asks for: a new answer, or the next part of one after a tool result or an approval. */
export interface AnswerRequest<Message extends ChatMessage = ChatMessage> extends ChatRequestOptions {
  readonly chatId: string
  readonly messages: Message[]
  readonly trigger: 'submit-message' | 'regenerate-message'
  readonly messageId: string | undefined
  /** Aborts when the user stops the chat before the answer has begun. */
  readonly signal: AbortSignal | undefined
}

/** The stream of an answer, and what is sent with the request that drives it. */
export interface StartedAnswer extends DriveRequest {
  readonly id: string
}

export interface ChatTransportOptions<Message extends ChatMessage = ChatMessage> {
  /** The client that reads the answers. Create one for the whole page. */
  readonly client: StreamClient
  /** Creates the stream of an answer on your server, and returns its id. The transport then drives it. */
  start(request: AnswerRequest<Message>): Promise<string | StartedAnswer> | string | StartedAnswer
  /**
   * Finds the answer that a chat shows when it resumes: the id of its stream, or `undefined` if there is none or its messages were
   * loaded with the chat. An answer in several streams, as after an approval, is all their ids in order.
   *
   * @default none: a chat does not resume
   */
  find?(chatId: string): Promise<Found> | Found
}

type Found = string | readonly string[] | undefined

/**
 * A transport for `useChat` of the AI SDK (`ai` 6 and 7) over streams that are kept. The answers are marked text, as `fromAiSdk`
 * writes them, or plain text.
 *
 * - A cut connection is resumed by itself, without a second generation and without a repeated character.
 * - `stop()` of the chat stops the generation on the server. What was written stays.
 * - `resumeStream()` (or `resume: true`) shows an answer from its start, in any tab and on any device, while it runs and after.
 * - Leaving the page stops nothing.
 * - An answer that ends as `error` or `timeout`, or that cannot be read, makes the chat's `error`: a `StreamError`.
 */
export function createChatTransport<Message extends ChatMessage = ChatMessage>({
  client,
  start,
  find,
}: ChatTransportOptions<Message>): KeptChatTransport<Message> {
  const resumes = watchResumes()

  return {
    resumeStreamIsReplay: true,

    async sendMessages({ abortSignal: signal, ...request }) {
      const started = await start({ ...request, signal })
      const { id, ...drive } = typeof started === 'string' ? { id: started } : started
      // The next part of an answer keeps the id of its message.
      const isNext = request.messages.at(-1)?.role === 'assistant'
      return readAnswer([client.stream(id)], {
        start: Object.keys(drive).length > 0 ? drive : true,
        messageId: isNext ? undefined : id,
        signal,
      })
    },

    async reconnectToStream({ chatId, abortSignal: signal }) {
      const isReplaced = resumes.begin(chatId, signal)
      const found = (await find?.(chatId)) ?? []
      const ids = typeof found === 'string' ? [found] : found
      const [first] = ids
      if (first === undefined) return null
      return readAnswer(
        ids.map((id) => client.stream(id)),
        { messageId: first, isReplaced, signal },
      )
    },
  }
}
