import type { About } from '../shared/about'
import { type AnswerProducer, writeAnswer } from './answers/answer-producer'
import { type AnswerSources, composeAnswer } from './answers/compose-answer'
import type { Chats } from './chats'
import { toMessages } from './endpoint/to-messages'
import type { Settings } from './settings'

export interface Answers {
  readonly about: About
  /** Begins the answer to the question of a stream. */
  produce(streamId: string): AnswerProducer | Promise<AnswerProducer>
}

export interface AnswersOptions extends Pick<Settings, 'answerSpeed' | 'endpoint'> {
  readonly chats: Chats
  readonly sources: AnswerSources
  /** What a stream has stored; empty if there is nothing. */
  readonly readAnswer: (streamId: string) => Promise<string>
}

/** Answers from the endpoint if there is one, and else from the documentation. */
export async function createAnswers(options: AnswersOptions): Promise<Answers> {
  const { chats, sources, answerSpeed, endpoint, readAnswer } = options
  if (endpoint === undefined) {
    return {
      about: { answeredBy: 'documentation' },
      produce: (streamId) => {
        const question = chats.questionOf(streamId) ?? unasked(streamId)
        return writeAnswer(composeAnswer(question, sources), { speed: answerSpeed })
      },
    }
  }

  // Its client takes its time to load, and most playgrounds have no use for it.
  const { createEndpointClient } = await import('./endpoint/create-endpoint-client')
  const ask = createEndpointClient(endpoint)
  const findPassages = (question: string) =>
    sources.search(question).findings.length === 0 ? undefined : composeAnswer(question, sources)
  return {
    about: { answeredBy: 'endpoint', model: endpoint.model, host: new URL(endpoint.baseUrl).host },
    produce: async (streamId) => {
      const chat = chats.chatOf(streamId) ?? unasked(streamId)
      return ask(await toMessages(chat, streamId, { readAnswer, findPassages }))
    },
  }
}

function unasked(streamId: string): never {
  throw new Error(`There is no question for the stream ${streamId}.`)
}
