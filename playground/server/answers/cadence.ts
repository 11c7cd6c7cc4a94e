/** The next chunk of a text at the pace of a language model, and the wait before it. */
export interface PacedChunk {
  readonly text: string
  /** In milliseconds. */
  readonly delayMs: number
}

/**
 * Cuts a text into token-like chunks of at most six characters, 15 to 40 ms apart, with pauses after sentences and
 * paragraphs. All chunks together are exactly the text.
 *
 * @param random a number from 0 (included) to 1, for the jitter
 */
export function* paceText(text: string, random: () => number = Math.random): Generator<PacedChunk> {
  let pauseMs = 0
  for (const [chunk] of text.matchAll(/\s*[^\s]{1,6}|\s+/gu)) {
    yield { text: chunk, delayMs: 15 + 25 * random() + pauseMs }
    pauseMs = pauseAfter(chunk, random)
  }
}

function pauseAfter(chunk: string, random: () => number): number {
  if (/[.!?:]$/.test(chunk)) return 60 + 90 * random()
  if (/\n\s*\n/.test(chunk)) return 80 + 80 * random()
  return 0
}
