import OpenAI from 'openai'
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { AnswerProducer } from '../answers/answer-producer'
import type { Endpoint } from './endpoint'
import { explainFailure } from './explain-failure'

export type AskEndpoint = (messages: ChatCompletionMessageParam[]) => AnswerProducer

/**
 * Creates producers that pass on the text of an OpenAI-compatible endpoint. The end of the connection alone proves nothing:
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

  return (messages) =>
    async ({ append, signal }) => {
      let ending: string | null = null
      try {
        const request = { model, messages, stream: true as const }
        for await (const { choices } of await client.chat.completions.create(request, { signal })) {
          const choice = choices?.[0]
          if (choice?.delta?.content) await append(choice.delta.content)
          ending = choice?.finish_reason || ending
        }
      } catch (error) {
        signal.throwIfAborted()
        throw explainFailure(error)
      }
      // For the client, an abort is an ordinary end.
      signal.throwIfAborted()
      if (ending === null) throw new Error('The endpoint was cut in the middle of its answer.')
      return { finishReason: isWord(ending) ? ending : 'other' }
    }
}

/** Whether a finish reason is a short word. An endpoint may send any text here. */
function isWord(ending: string): boolean {
  return /^[\w-]{1,64}$/.test(ending)
}
