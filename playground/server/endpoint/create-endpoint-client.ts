import OpenAI from 'openai'
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { AnswerProducer } from '../answers/answer-producer'
import type { AnswerWriter } from '../answers/answer-writer'
import type { Endpoint } from './endpoint'
import { explainFailure } from './explain-failure'

export type AskEndpoint = (messages: ChatCompletionMessageParam[], writer: AnswerWriter) => AnswerProducer

/**
 * Creates producers that pass on what an OpenAI-compatible endpoint thinks and says, as parts of an answer. The end of the connection alone proves nothing:
 * without a finish reason, the producer rejects, and the text up to there is kept. The finish reason is reported with the
 * answer: `length` and `content_filter` mean that the answer is unfinished.
 */
export function createEndpointClient({ baseUrl, apiKey, model }: Endpoint): AskEndpoint {
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey,
    // The client's own retries wait as long as the endpoint requests, and a stop does not end that wait.
    maxRetries: 0,
    // At any other level its log would contain text of the endpoint.
    logLevel: 'off',
  })

  return (messages, writer) =>
    async ({ append, signal }) => {
      let ending: string | null = null
      try {
        const request = { model, messages, stream: true as const }
        for await (const { choices } of await client.chat.completions.create(request, { signal })) {
          const choice = choices?.[0]
          const added =
            writer.add('reasoning', thoughtIn(choice?.delta)) + writer.add('text', choice?.delta?.content ?? '')
          if (added !== '') await append(added)
          ending = choice?.finish_reason || ending
        }
      } catch (error) {
        signal.throwIfAborted()
        throw explainFailure(error)
      }
      // For the client, an abort is an ordinary end.
      signal.throwIfAborted()
      if (ending === null) throw new Error('The endpoint was cut in the middle of its answer.')
      await append(writer.end())
      return { finishReason: isWord(ending) ? ending : 'other' }
    }
}

/** What a delta adds to the model's thoughts. OpenAI's API has no field for them, and endpoints use one of these two. */
function thoughtIn(delta: object | undefined): string {
  const { reasoning_content: content, reasoning }: { reasoning_content?: unknown; reasoning?: unknown } = delta ?? {}
  const thought = content ?? reasoning
  return typeof thought === 'string' ? thought : ''
}

/** Whether a finish reason is a short word. An endpoint may send any text here. */
function isWord(ending: string): boolean {
  return /^[\w-]{1,64}$/.test(ending)
}
