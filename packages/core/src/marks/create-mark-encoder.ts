import { StreamError } from '../errors'
import { afterChunk, afterNumber, findChannel } from './channels'
import { channelOf, deltaOf, type UiChunk } from './chunk'
import { decodeMarks, initialMarkState } from './decode-marks'
import { MARK_END, MARK_START, MAX_MARK_LENGTH } from './format'
import { afterChange, goBack } from './past'

/** Writes chunks as marked text. */
export interface MarkEncoder {
  /** How long the text is, in UTF-16 code units, with `before`. It is an offset to which `rewind` can go back. */
  readonly length: number
  /**
   * The text to append for a chunk, which may be empty.
   *
   * @throws {StreamError} `invalid-option` if the chunk is longer as JSON than 1,048,576 code units. It names the chunk's type.
   */
  push(chunk: UiChunk): string
  /**
   * The mark to append in order to withdraw what follows `offset`. The channels are then those that it had there. It is the same as
   * `push({ type: 'rewind', offset })`.
   *
   * @throws {StreamError} `invalid-option` for an offset that the text has not
   */
  rewind(offset: number): string
}

/**
 * What must not stand in a text as it is: the start of a mark, and what a store cannot keep (U+0000, and half of a surrogate
 * pair, which would be apart from the other half if a mark came between them).
 */
const literal = new RegExp(`[${MARK_START}\\0\\p{Cs}]{1,1000}`, 'gu')

/**
 * Creates an encoder for one text. Deltas become plain text in their channel, and everything else a mark, so text costs its own bytes.
 * A delta that has more than its text, such as `providerMetadata`, or whose channel is not open, is written as a mark too.
 *
 * @param before the text that stands already, for a producer that goes on with it. It may end inside a mark. @default ''
 */
export function createMarkEncoder(before = ''): MarkEncoder {
  const [cut] = decodeMarks(initialMarkState, before)
  // Ends the mark that was cut, if one was. That may be a whole number, which changes the channel.
  let start = cut.pending === undefined ? '' : MARK_END
  let [{ past, length }] = decodeMarks(cut, start)
  length -= start.length

  /** @param from where the text that is returned will begin */
  function encode(chunk: UiChunk, from: number): string {
    if (chunk.type === 'rewind') return encodeRewind(chunk['offset'])
    const { channels } = past
    const about = channelOf(chunk)
    const text = deltaOf(chunk)
    const channel = about?.act === 'delta' && isPlain(chunk) ? findChannel(channels, about) : undefined
    if (!channel || text === undefined) {
      const mark = writeMark(chunk)
      past = afterChange(past, afterChunk(channels, chunk), from + mark.length)
      return mark
    }
    if (text === '') return ''
    const change = channel === channels.current ? '' : writeMark(channel.number)
    if (change) past = afterChange(past, afterNumber(channels, channel.number), from + change.length)
    return change + text.replace(literal, writeMark)
  }

  function encodeRewind(offset: unknown): string {
    if (!Number.isSafeInteger(offset) || (offset as number) < 0 || (offset as number) > length)
      throw new StreamError(
        'invalid-option',
        `rewind(${offset}): pass an offset from 0 to ${length}, the text's length`,
      )
    past = goBack(past, offset as number)
    return writeMark({ type: 'rewind', offset })
  }

  function push(chunk: UiChunk): string {
    const text = encode(chunk, length + start.length)
    if (text === '') return ''
    const added = start + text
    start = ''
    length += added.length
    return added
  }

  return {
    get length() {
      return length
    },
    push,
    rewind: (offset) => push({ type: 'rewind', offset }),
  }
}

/** Whether a delta has its three fields and nothing else. */
function isPlain(chunk: UiChunk): boolean {
  return Object.values(chunk).filter((value) => value !== undefined).length === 3
}

function writeMark(value: UiChunk | number | string): string {
  const json = JSON.stringify(value)
  if (json.length <= MAX_MARK_LENGTH) return MARK_START + json + MARK_END
  const what = `a chunk of type "${(value as UiChunk).type}"`
  throw new StreamError(
    'invalid-option',
    `${what} has ${json.length} characters, and a mark may have ${MAX_MARK_LENGTH}`,
  )
}
