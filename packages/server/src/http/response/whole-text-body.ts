import { StreamServerError } from '../../errors'
import { isSameText } from '../../reading/read-text'
import { maxRead } from '../../reading/store-reader'
import type { Runtime } from '../../runtime'
import type { StoredRange } from '../../store/stream-store'
import { cutBeforeSplitPair } from '../../store/surrogates'
import { encode } from '../encoders/utf-8'
import { ResponseBody } from './response-body'

/**
 * Everything that was durable when `first` was read, from its start on, as UTF-8. The text after `first` is read while
 * the client takes it. If it cannot be read any more, the body fails, so that the client does not take a part for the
 * whole.
 */
export function wholeTextBody({ hub }: Runtime, first: StoredRange, signal: AbortSignal): ReadableStream<Uint8Array> {
  const { id, epoch, offset: end } = first.head
  let position = first.start

  const body = new ResponseBody(
    {
      isRaw: true,
      async next() {
        if (position >= end) return 'end'
        const text = position === first.start ? cutBeforeSplitPair(first.text) : await readOn()
        position += text.length
        return encode(text)
      },
      release: () => undefined,
    },
    signal,
  )
  return body.stream

  async function readOn(): Promise<string> {
    const range = await hub.read(id, position, Math.min(maxRead, end - position))
    if (!range) throw new StreamServerError('not-found', 'the stream was deleted')
    if (!isSameText({ epoch }, range.head, end)) {
      throw new StreamServerError('store', 'the store lost text while it was read; read it again')
    }
    return cutBeforeSplitPair(range.text)
  }
}
