import { setTimeout as wait } from 'node:timers/promises'
import { paceText } from './cadence'

export interface PaceOptions {
  /** How many times faster than a language model. @default 1 */
  readonly speed?: number
  /** For the jitter. @default Math.random */
  readonly random?: () => number
  /** Waits, and rejects with the signal's reason once it aborts. @default the platform's timer */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** What an answer needs of the stream it is written to: the shape of `@keepstream/server`'s producers. */
export type AnswerProducer = (
  append: (text: string) => Promise<void>,
  context: { readonly signal: AbortSignal },
  // biome-ignore lint/suspicious/noConfusingVoidType: an answer that tells no reason returns nothing
) => Promise<void | { readonly finishReason: string }>

/** Waits shorter than this are saved up, because timers are no finer. */
const finestWaitMs = 4

/**
 * A producer that writes `text` at the cadence of a language model. Once its signal aborts it writes nothing more and
 * rejects with the signal's reason, so that an unfinished answer can never pass for a finished one.
 */
export function writeAnswer(text: string, pace: PaceOptions = {}): AnswerProducer {
  const { speed = 1, random = Math.random, sleep = sleepFor } = pace
  return async (append, { signal }) => {
    let dueMs = 0
    for (const piece of paceText(text, random)) {
      dueMs += piece.delayMs / speed
      if (dueMs >= finestWaitMs) {
        await sleep(dueMs, signal)
        dueMs = 0
      }
      signal.throwIfAborted()
      await append(piece.text)
    }
  }
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
