import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { Chat } from '../../shared/chat'

export interface MessageSources {
  /** The stored prose of an earlier stream, or an empty string. */
  readonly readAnswer: (streamId: string) => Promise<string>
  /** The documentation's passages about the question, if there are any. */
  readonly passages: string | undefined
}

const maxEarlier = 10
const maxEarlierLength = 12_000

/**
 * The messages for an endpoint: the documentation's passages about the question, as much of the latest conversation as fits,
 * and the question that `streamId` answers.
 */
export async function toMessages(
  { messages }: Chat,
  streamId: string,
  { readAnswer, passages }: MessageSources,
): Promise<ChatCompletionMessageParam[]> {
  const position = messages.findIndex((message) => message.streamId === streamId)
  const current = messages[position]
  if (current === undefined) throw new Error(`There is no question for the stream ${streamId}.`)

  const earlier: ChatCompletionMessageParam[] = []
  let budget = maxEarlierLength
  for (const { streamId: id, question } of messages.slice(Math.max(0, position - maxEarlier), position).reverse()) {
    const answer = await readAnswer(id)
    // Some endpoints require that questions and answers alternate.
    if (answer === '') continue
    budget -= question.length + answer.length
    if (budget < 0) break
    earlier.unshift({ role: 'user', content: question }, { role: 'assistant', content: answer })
  }
  const system = instructions(passages)
  return [{ role: 'system', content: system }, ...earlier, { role: 'user', content: current.question }]
}

function instructions(passages: string | undefined): string {
  const role = 'You answer questions in the playground of Keepstream, a library that streams text. Write Markdown.'
  if (passages === undefined) return role
  return `${role}\n\nIf the question is about Keepstream, go by this part of its documentation:\n\n${passages}`
}
