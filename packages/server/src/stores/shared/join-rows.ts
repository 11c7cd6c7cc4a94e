import { StreamsError } from '../../errors'
import type { TextRow } from './transaction'

/**
 * The text between `start` and `end`, out of pieces in order that may reach beyond at both ends.
 *
 * @throws StreamsError `corrupt` if they do not cover it without a hole.
 */
export function joinRows(id: string, pieces: readonly TextRow[], start: number, end: number): string {
  let text = ''
  for (const piece of pieces) {
    const position = start + text.length
    if (position >= end) break
    if (piece.start > position) throw missing(id, position)
    text += piece.text.slice(position - piece.start, end - piece.start)
  }
  if (start + text.length < end) throw missing(id, start + text.length)
  return text
}

function missing(id: string, position: number): StreamsError {
  return new StreamsError('corrupt', `the text of '${id}' is missing from ${position} on, though it was stored.`)
}
