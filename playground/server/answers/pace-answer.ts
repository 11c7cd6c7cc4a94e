import { createAnswerWriter, searchChunks } from './answer-writer'
import { type PacedChunk, paceText } from './cadence'
import type { Answer } from './create-answer'

/**
 * Writes an answer as marked text at the pace of a language model: its thoughts, the call of the search, a wait for the result,
 * and its prose.
 *
 * @param random a number from 0 (included) to 1, for the jitter
 */
export function* paceAnswer(answer: Answer, random: () => number = Math.random): Generator<PacedChunk> {
  const writer = createAnswerWriter()
  const call = searchChunks(answer.query, answer.hits)
  const paced = function* (text: string, write: (delta: string) => string): Generator<PacedChunk> {
    for (const chunk of paceText(text, random)) yield { ...chunk, text: write(chunk.text) }
  }

  yield* paced(answer.thoughts, (delta) => writer.add('reasoning', delta))
  yield { text: writer.push(call.start), delayMs: 0 }
  yield* paced(call.json, (delta) => writer.push(call.delta(delta)))
  yield { text: writer.push(call.available), delayMs: 0 }
  yield { text: writer.push(call.output), delayMs: 500 + 400 * random() }
  yield* paced(answer.prose, (delta) => writer.add('text', delta))
  yield { text: writer.end(), delayMs: 0 }
}
