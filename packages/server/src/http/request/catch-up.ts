import type { StoredRange } from '../../store/stream-store'
import { isLowSurrogate } from '../../store/surrogates'
import { errorResponse } from '../response/responses'
import type { Position } from './position'

/**
 * The range that continues the reader's text, or an error response if there is none. `undefined`: the stream is
 * unknown.
 */
export async function catchUp(
  read: (offset: number) => Promise<StoredRange | undefined>,
  { offset, epoch }: Position,
): Promise<StoredRange | Response | undefined> {
  const range = await read(offset)
  if (!range) return undefined
  const { head, start, text } = range
  if (epoch !== undefined && epoch < head.epoch && offset > 0) {
    // There was more than one claim since. The head has only the latest base, so the reader gets the whole text.
    if (epoch + 1 < head.epoch) return read(0)
    if (head.base < offset) {
      return errorResponse('diverged', 'The generation was resumed before this offset.', {
        offset: head.base,
        epoch: head.epoch,
      })
    }
  }
  return isLowSurrogate(text.charCodeAt(0)) && start > 0
    ? errorResponse('invalid-offset', 'The offset is inside a surrogate pair.')
    : range
}
