import { StreamServerError } from '../../errors'
import type { TextRow } from './transaction'

/**
 * The text from `start` to `end`, joined from ordered rows. The first and the last row may reach beyond it.
 *
 * @throws StreamServerError `corrupt` if some of the text is missing
 */
export function joinRows(id: string, rows: readonly TextRow[], start: number, end: number): string {
  let text = ''
  for (const row of rows) {
    const position = start + text.length
    if (position >= end) break
    if (row.start > position) throw missing(id, position)
    text += row.text.slice(position - row.start, end - row.start)
  }
  if (start + text.length < end) throw missing(id, start + text.length)
  return text
}

function missing(id: string, position: number): StreamServerError {
  return new StreamServerError('corrupt', `the text of '${id}' is missing from ${position} on, though it was stored.`)
}
