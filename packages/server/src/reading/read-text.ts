import { StreamServerError } from '../errors'
import type { StreamHead } from '../store/stream-store'
import type { Hub } from './hub'

/** The longest part that is read at once, in UTF-16 code units. */
const maxPart = 262_144
/** The most attempts to read a text, if the store loses text during each one. */
const maxAttempts = 4

export interface WholeText {
  readonly text: string
  /** The head at the last read: the text reaches its offset. */
  readonly head: StreamHead
}

/**
 * Reads all of the durable text, in parts. Resolves with `undefined` for an unknown stream.
 *
 * @throws {StreamServerError} `store` if the store lost text each time it was read
 */
export async function readWholeText(hub: Hub, id: string): Promise<WholeText | undefined> {
  let parts: string[] = []
  let position = 0
  let last: StreamHead | undefined
  for (let attempt = 1; ; ) {
    const range = await hub.read(id, position, maxPart)
    if (!range) return undefined
    const { head, text } = range
    if (last && !isSameText(last, head, position)) {
      if (++attempt > maxAttempts)
        throw new StreamServerError('store', `the store lost text of '${id}' during each attempt to read it`)
      parts = []
      position = 0
      last = undefined
      continue
    }
    last = head
    parts.push(text)
    position += text.length
    if (position >= head.offset) return { text: parts.join(''), head }
  }
}

/**
 * Whether text that is read now continues the text before `position`, which was read with the head `before`. Durable
 * text stays in every later epoch, unless the store lost it, as after a failover.
 */
export function isSameText(before: Pick<StreamHead, 'epoch'>, now: StreamHead, position: number): boolean {
  return now.offset >= position && (now.epoch === before.epoch || now.base >= position)
}
