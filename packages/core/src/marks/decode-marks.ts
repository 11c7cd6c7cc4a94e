import { afterChunk, afterNumber, type Channel, type Channels, implicitOf, noChannels, openChannel } from './channels'
import { createDelta, type UiChunk } from './chunk'
import { MARK_END, MARK_START, MAX_MARK_LENGTH } from './format'
import { afterChange, goBack, type Past } from './past'
import { rewindTo } from './rewind'

/** Where a decoder is in a text. It is a value: decoding never changes it. */
export interface MarkState {
  readonly channels: Channels
  /** The channels at earlier offsets, for a rewind. */
  readonly past: Past
  /** How much text was decoded, in UTF-16 code units. */
  readonly length: number
  /** What came of the JSON of a mark that has no line end yet. */
  readonly pending: string | undefined
}

/** The state before any text. */
export const initialMarkState: MarkState = {
  channels: noChannels,
  past: { channels: noChannels, offset: 0 },
  length: 0,
  pending: undefined,
}

/** Stands for a mark that is too long to be kept. It is no JSON, so the mark is ignored when it ends. */
const TOO_LONG = '!'

/**
 * Decodes more of a marked text: the state after it, and the chunks that it brought. It does not matter where the text is cut.
 * Text comes back as deltas (`text-delta`, `reasoning-delta`, `tool-input-delta`), one for each run of text.
 *
 * Prose that no mark opened a channel for gets a text channel of its own (`text-0`, with the channel's number). Its `text-start` is
 * made here, and its `text-end` before the next chunk or change of channel.
 *
 * A rewind (docs/marks.md) comes back as the chunk `{ type: 'rewind', offset }`, and the channels are those at its offset again. What to
 * make of the chunks before it is for the reader. A fold in `withRewinds`, `parts()` and `plainText` do that already.
 *
 * It never throws. A mark that is malformed or longer than 1,048,576 code units is ignored up to its line end, or up to the next mark.
 */
export function decodeMarks(state: MarkState, text: string): readonly [MarkState, readonly UiChunk[]] {
  const chunks: UiChunk[] = []
  let { channels, past, length, pending } = state

  /** @param end where the first of it has been read */
  function addText(added: string, end: number): void {
    if (added === '') return
    if (!channels.current) {
      const id = `text-${channels.count}`
      enter(openChannel(channels, { kind: 'text', id, isImplicit: true }), end, { type: 'text-start', id })
    }
    const { kind, id } = channels.current as Channel
    chunks.push(createDelta(kind, id, added))
  }

  function enter(next: Channels, end: number, chunk?: UiChunk): void {
    const prose = implicitOf(channels)
    if (prose && next.current !== prose) chunks.push({ type: 'text-end', id: prose.id })
    channels = next
    past = afterChange(past, next, end)
    if (chunk) chunks.push(chunk)
  }

  /** `length` is the end of the mark. */
  function endMark(json: string): void {
    const mark = parseMark(json)
    if (typeof mark === 'string') addText(mark, length)
    else if (typeof mark === 'number') enter(afterNumber(channels, mark), length)
    else if (mark?.type === 'rewind') rewind(mark['offset'] as number, json)
    else if (mark) enter(afterChunk(channels, mark), length, mark)
  }

  function rewind(wanted: number, json: string): void {
    if (json !== rewindTo(wanted)) return
    const offset = Math.min(wanted, length - json.length - 2)
    past = goBack(past, offset)
    channels = past.channels
    chunks.push({ type: 'rewind', offset })
  }

  function addPiece(piece: string): void {
    // A surrogate pair is one character, also if it is cut.
    addText(piece, length + (isHighSurrogate(piece) ? 2 : 1))
    length += piece.length
  }

  for (const [index, piece] of text.split(MARK_START).entries()) {
    // A mark that is still open has lost its line end, as after a crash.
    if (index > 0) {
      pending = ''
      length += 1
    }
    if (pending === undefined) {
      addPiece(piece)
      continue
    }
    const end = piece.indexOf(MARK_END)
    const json = piece.slice(0, end < 0 ? piece.length : end)
    pending = pending === TOO_LONG || pending.length + json.length > MAX_MARK_LENGTH ? TOO_LONG : pending + json
    length += json.length
    if (end < 0) continue
    length += 1
    endMark(pending)
    pending = undefined
    addPiece(piece.slice(end + 1))
  }
  return [{ channels, past, length, pending }, chunks]
}

const isHighSurrogate = (text: string) => (text.charCodeAt(0) & 0xfc00) === 0xd800

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
