import { deltaOf } from './chunk'
import { decodeMarks, initialMarkState } from './decode-marks'

/** The prose of a marked text: what its text parts say, without reasoning and tool input. Text without marks comes back as it is. */
export function plainText(text: string): string {
  const [, chunks] = decodeMarks(initialMarkState, text)
  return chunks.map((chunk) => (chunk.type === 'text-delta' ? deltaOf(chunk) : '')).join('')
}
