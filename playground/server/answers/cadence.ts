/** The next piece of a text that is written the way a language model writes, and how long to wait before it. */
export interface PacedPiece {
  readonly text: string
  /** In milliseconds. */
  readonly delayMs: number
}

/**
 * Cuts a text into token-like pieces of at most six characters, 15 to 40 ms apart, with pauses after sentences and
 * paragraphs. The pieces together are exactly the text.
 *
 * @param random a number from 0 (included) to 1, for the jitter
 */
export function* paceText(text: string, random: () => number = Math.random): Generator<PacedPiece> {
  let pauseMs = 0
  for (const [piece] of text.matchAll(/\s*[^\s]{1,6}|\s+/gu)) {
    yield { text: piece, delayMs: 15 + 25 * random() + pauseMs }
    pauseMs = pauseAfter(piece, random)
  }
}

function pauseAfter(piece: string, random: () => number): number {
  if (/[.!?:]$/.test(piece)) return 60 + 90 * random()
  if (/\n\s*\n/.test(piece)) return 80 + 80 * random()
  return 0
}
