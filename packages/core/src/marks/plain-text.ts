import { deltaOf } from './chunk'
import { decodeMarks, initialMarkState } from './decode-marks'
import { standingText } from './standing-text'

/**
 * The prose of a marked text: what its text parts say, without reasoning and tool input, and without what a rewind withdrew. Text
 * without marks comes back as it is.
 */
export function plainText(text: string): string {
  const [, chunks] = decodeMarks(initialMarkState, standingText(text))
  return chunks.map((chunk) => (chunk.type === 'text-delta' ? deltaOf(chunk) : '')).join('')
}
