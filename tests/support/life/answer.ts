import { answerText } from '../answer-text.mjs'

const chunkLength = 12

/** An answer whose text a test controls, so that a slow machine cannot break the test. */
export interface Answer {
  readonly id: string
  /** The text written so far. */
  readonly text: string
  /** How often a producer was started. */
  readonly runs: number
  /** Writes the next chunks. */
  grow(chunks?: number): Promise<void>
  finish(): void
}

/** Creates an answer and the producer that writes it. */
export function createWriter(id: string, seed: number) {
  // Split by code points: half of a surrogate pair would be held back until the other half arrives.
  const characters = Array.from(answerText(seed, 2000))
  let end = 0
  let text = ''
  let runs = 0
  let append: ((text: string) => Promise<void>) | undefined
  let finish = () => {}

  return {
    run(appendText: typeof append, signal: AbortSignal): Promise<void> {
      runs += 1
      append = appendText
      return new Promise((resolve) => {
        finish = resolve
        signal.addEventListener('abort', () => resolve())
      })
    },
    answer: {
      id,
      get text() {
        return text
      },
      get runs() {
        return runs
      },
      async grow(chunks = 1) {
        if (!append) throw new Error('this answer is not driven yet')
        for (let chunk = 0; chunk < chunks; chunk += 1) {
          const next = characters.slice(end, end + chunkLength).join('')
          if (!next) throw new Error('the answer has no more text')
          end += chunkLength
          text += next
          await append(next)
        }
      },
      finish: () => finish(),
    } satisfies Answer,
  }
}
