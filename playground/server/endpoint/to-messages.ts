import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { Chat } from '../../shared/chat'

export interface MessageSources {
  /** What an earlier stream has stored; empty if there is nothing. */
  readonly readAnswer: (streamId: string) => Promise<string>
  /** What the documentation says on a question, if anything. */
  readonly findPassages: (question: string) => string | undefined
}

const maxEarlier = 10
const maxEarlierLength = 12_000

/**
 * What an endpoint is asked: the question that `streamId` answers, after as much of the conversation before it as fits,
 * the latest first to be kept, and with what the documentation says on it.
 */
export async function toMessages(
  { messages }: Chat,
  streamId: string,
  { readAnswer, findPassages }: MessageSources,
): Promise<ChatCompletionMessageParam[]> {
  const position = messages.findIndex((message) => message.streamId === streamId)
  const asked = messages[position]
  if (asked === undefined) throw new Error(`There is no question for the stream ${streamId}.`)

  const earlier: ChatCompletionMessageParam[] = []
  let room = maxEarlierLength
  for (const { streamId: id, question } of messages.slice(Math.max(0, position - maxEarlier), position).reverse()) {
    const answer = await readAnswer(id)
    // Some endpoints insist that questions and answers take turns.
    if (answer === '') continue
    room -= question.length + answer.length
    if (room < 0) break
    earlier.unshift({ role: 'user', content: question }, { role: 'assistant', content: answer })
  }
  const system = instructions(findPassages(asked.question))
  return [{ role: 'system', content: system }, ...earlier, { role: 'user', content: asked.question }]
}

function instructions(passages: string | undefined): string {
  const role = 'You answer questions in the playground of Keepstream, a library that streams text. Write Markdown.'
  if (passages === undefined) return role
  return `${role}\n\nIf the question is about Keepstream, go by this part of its documentation:\n\n${passages}`
}
