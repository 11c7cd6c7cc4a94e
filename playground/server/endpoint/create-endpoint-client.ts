import OpenAI from 'openai'
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { AnswerProducer } from '../answers/answer-producer'
import type { Endpoint } from './endpoint'
import { explainFailure } from './explain-failure'

export type AskEndpoint = (messages: ChatCompletionMessageParam[]) => AnswerProducer

/**
 * Producers that pass on what an OpenAI-compatible endpoint writes. The end of its connection proves nothing: without its
 * word why the answer ended, the producer rejects and keeps what came. That word is told with the answer: `length` and
 * `content_filter` leave it unfinished.
 */
export function createEndpointClient({ baseUrl, apiKey, model }: Endpoint): AskEndpoint {
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey,
    // Its own retries wait for as long as an endpoint says, and no stop ends that wait.
    maxRetries: 0,
    // At any other level its log would carry what the endpoint wrote.
    logLevel: 'off',
  })

  return (messages) =>
    async (append, { signal }) => {
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
      // The client takes an abort for an ordinary end.
      signal.throwIfAborted()
      if (ending === null) throw new Error('The endpoint was cut in the middle of its answer.')
      return { finishReason: isWord(ending) ? ending : 'other' }
    }
}

/** What a stream may end with: any endpoint may write here whatever it likes. */
function isWord(ending: string): boolean {
  return /^[\w-]{1,64}$/.test(ending)
}
