import { answerText } from '../answer-text.mjs'

const pieceLength = 12

/** An answer that is written as a test says, so that a slow machine makes nothing of it wrong. */
export interface Answer {
  readonly id: string
  /** All that was written so far. */
  readonly text: string
  /** How often a producer was started. */
  readonly runs: number
  /** Writes the next pieces. */
  grow(pieces?: number): Promise<void>
  finish(): void
}

/** An answer, and the producer that writes it. */
export function createWriter(id: string, seed: number) {
  // By code points: the half of a surrogate pair would wait for the other one, and the text shown with it.
  const characters = Array.from(answerText(seed, 2000))
  let end = 0
  let text = ''
  let runs = 0
  let append: ((text: string) => Promise<void>) | undefined
  let finish = () => {}

  return {
    run(given: typeof append, signal: AbortSignal): Promise<void> {
      runs += 1
      append = given
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
      async grow(pieces = 1) {
        if (!append) throw new Error('nobody has driven this answer yet')
        for (let piece = 0; piece < pieces; piece += 1) {
          const next = characters.slice(end, end + pieceLength).join('')
          if (!next) throw new Error('the answer has no more text')
          end += pieceLength
          text += next
          await append(next)
        }
      },
      finish: () => finish(),
    } satisfies Answer,
  }
}
