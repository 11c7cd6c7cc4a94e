import { setTimeout as wait } from 'node:timers/promises'
import type { Producer, ProducerContext } from '@keepstream/server'
import type { PacedChunk } from './cadence'

export interface PaceOptions {
  /** How many times faster than a language model. @default 1 */
  readonly speed?: number
  /** Waits. Rejects with the signal's reason when it aborts. @default the platform's timer */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** A producer of `@keepstream/server`, with what it needs of its context. */
export type AnswerProducer = (
  context: Pick<ProducerContext, 'signal'> & { readonly append: (text: string) => Promise<void> },
) => ReturnType<Producer>

/** Shorter waits are added up, because timers are not finer, in milliseconds. */
const finestWaitMs = 4

/**
 * A producer that writes chunks, each after its wait. When its signal aborts, it writes nothing more and rejects
 * with the signal's reason, so that an unfinished answer never looks finished.
 */
export function writeAnswer(chunks: Iterable<PacedChunk>, pace: PaceOptions = {}): AnswerProducer {
  const { speed = 1, sleep = sleepFor } = pace
  return async ({ append, signal }) => {
    let dueMs = 0
    for (const chunk of chunks) {
      dueMs += chunk.delayMs / speed
      if (dueMs >= finestWaitMs) {
        await sleep(dueMs, signal)
        dueMs = 0
      }
      signal.throwIfAborted()
      await append(chunk.text)
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
