import type { Producer } from '@keepstream/server'
import type { About } from '../shared/about'
import { writeAnswer } from './answers/answer-producer'
import { createAnswerWriter, searchChunks } from './answers/answer-writer'
import { type AnswerSources, composeAnswer } from './answers/compose-answer'
import { createAnswer, toHits } from './answers/create-answer'
import { paceAnswer } from './answers/pace-answer'
import type { Chats } from './chats'
import { toMessages } from './endpoint/to-messages'
import type { Settings } from './settings'

export interface Answers {
  readonly about: About
  /** The producer of the answer to a stream's question. */
  readonly produce: Producer
}

export interface AnswersOptions extends Pick<Settings, 'answerSpeed' | 'endpoint'> {
  readonly chats: Chats
  readonly sources: AnswerSources
  /** The stored prose of a stream, or an empty string. */
  readonly readAnswer: (streamId: string) => Promise<string>
}

/** Answers from the endpoint if there is one, or else from the documentation. */
export async function createAnswers(options: AnswersOptions): Promise<Answers> {
  const { chats, sources, answerSpeed, endpoint, readAnswer } = options
  if (endpoint === undefined) {
    return {
      about: { answeredBy: 'documentation' },
      produce: async (context) => {
        const question = chats.questionOf(context.id) ?? failWithoutQuestion(context.id)
        return writeAnswer(paceAnswer(createAnswer(question, sources)), { speed: answerSpeed })(context)
      },
    }
  }

  // The client loads slowly, and most playgrounds do not need it.
  const { createEndpointClient } = await import('./endpoint/create-endpoint-client')
  const ask = createEndpointClient(endpoint)
  return {
    about: { answeredBy: 'endpoint', model: endpoint.model, host: new URL(endpoint.baseUrl).host },
    produce: async (context) => {
      const chat = chats.chatOf(context.id) ?? failWithoutQuestion(context.id)
      const question = chats.questionOf(context.id) ?? failWithoutQuestion(context.id)
      const found = sources.search(question)
      const writer = createAnswerWriter()
      const { start, json, delta, available, output } = searchChunks(question, toHits(found))
      await context.append([start, delta(json), available, output].map(writer.push).join(''))
      const passages = found.findings.length === 0 ? undefined : composeAnswer(found, sources)
      return ask(await toMessages(chat, context.id, { readAnswer, passages }), writer)(context)
    },
  }
}

function failWithoutQuestion(streamId: string): never {
  throw new Error(`There is no question for the stream ${streamId}.`)
}
