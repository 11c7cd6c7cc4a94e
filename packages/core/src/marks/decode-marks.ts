import { afterChunk, afterNumber, type Channel, type Channels, implicitOf, noChannels, openChannel } from './channels'
import { createDelta, type UiChunk } from './chunk'
import { MARK_END, MARK_START, MAX_MARK_LENGTH } from './format'

/** Where a decoder is in a text. It is a value: decoding never changes it. */
export interface MarkState {
  readonly channels: Channels
  /** What came of the JSON of a mark that has no line end yet. */
  readonly pending: string | undefined
}

/** The state before any text. */
export const initialMarkState: MarkState = { channels: noChannels, pending: undefined }

/** Stands for a mark that is too long to be kept. It is no JSON, so the mark is ignored when it ends. */
const TOO_LONG = '!'

/**
 * Decodes more of a marked text: the state after it, and the chunks that it brought. It does not matter where the text is cut.
 * Text comes back as deltas (`text-delta`, `reasoning-delta`, `tool-input-delta`), one for each run of text.
 *
 * Prose that no mark opened a channel for gets a text channel of its own (`text-0`, with the channel's number). Its `text-start` is
 * made here, and its `text-end` before the next chunk or change of channel.
 *
 * It never throws. A mark that is malformed or longer than 1,048,576 code units is ignored up to its line end, or up to the next mark.
 */
export function decodeMarks(state: MarkState, text: string): readonly [MarkState, readonly UiChunk[]] {
  const chunks: UiChunk[] = []
  let { channels, pending } = state

  function addText(added: string): void {
    if (added === '') return
    if (!channels.current) {
      const id = `text-${channels.count}`
      enter(openChannel(channels, { kind: 'text', id, isImplicit: true }), { type: 'text-start', id })
    }
    const { kind, id } = channels.current as Channel
    chunks.push(createDelta(kind, id, added))
  }

  function enter(next: Channels, chunk?: UiChunk): void {
    const prose = implicitOf(channels)
    if (prose && next.current !== prose) chunks.push({ type: 'text-end', id: prose.id })
    channels = next
    if (chunk) chunks.push(chunk)
  }

  function endMark(json: string): void {
    const mark = parseMark(json)
    if (typeof mark === 'string') addText(mark)
    else if (typeof mark === 'number') enter(afterNumber(channels, mark))
    else if (mark) enter(afterChunk(channels, mark), mark)
  }

  for (const [index, piece] of text.split(MARK_START).entries()) {
    // A mark that is still open has lost its line end, as after a crash.
    if (index > 0) pending = ''
    if (pending === undefined) {
      addText(piece)
      continue
    }
    const end = piece.indexOf(MARK_END)
    const json = piece.slice(0, end < 0 ? piece.length : end)
    pending = pending === TOO_LONG || pending.length + json.length > MAX_MARK_LENGTH ? TOO_LONG : pending + json
    if (end < 0) continue
    endMark(pending)
    pending = undefined
    addText(piece.slice(end + 1))
  }
  return [{ channels, pending }, chunks]
}

/** A chunk, the number of a channel, or literal text. Undefined for everything else. */
function parseMark(json: string): UiChunk | number | string | undefined {
  try {
    const value = JSON.parse(json)
    const isMark = typeof value === 'string' || typeof value === 'number' || typeof value?.type === 'string'
    return isMark ? value : undefined
  } catch {
    // Not JSON: the mark was cut, or something else wrote it.
    return undefined
  }
}
