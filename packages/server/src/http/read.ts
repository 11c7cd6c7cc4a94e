import type { Runtime } from '../runtime'
import { createEncoder } from './encoders/create-encoder'
import { follow } from './follow'
import { catchUp } from './request/catch-up'
import { contentCoding } from './request/content-coding'
import { negotiate } from './request/negotiate'
import { readPosition } from './request/position'
import { failureResponse } from './response/failure-response'
import { errorResponse, notFoundResponse } from './response/responses'
import { snapshotResponse } from './response/snapshot-response'
import { liveHeaders, mediaTypes, queryNames } from './wire-names'

/**
 * The longest range of a snapshot that is read at once, in UTF-16 code units. JSON contains no more. Plain text
 * continues after it.
 */
const maxSnapshot = 1_048_576
/** Long enough to detect an offset inside a surrogate pair. */
const maxHead = 2

/** `GET` and `HEAD` of a stream: a snapshot of the durable text, or an event stream that follows it. */
export async function readStream(runtime: Runtime, request: Request, id: string): Promise<Response> {
  const { method } = request
  if (method !== 'GET' && method !== 'HEAD') {
    return errorResponse('method-not-allowed', 'Read a stream with GET or HEAD.', { headers: { Allow: 'GET, HEAD' } })
  }
  if (new URL(request.url).searchParams.has(queryNames.live)) {
    return errorResponse(
      'invalid-request',
      `'${queryNames.live}' is reserved; send Accept: text/event-stream to follow.`,
    )
  }
  const position = readPosition(request)
  if (!position) return errorResponse('invalid-offset', 'The offset and the epoch must be whole numbers.')
  const form = negotiate(request, [mediaTypes.json, mediaTypes.text, mediaTypes.sse, mediaTypes.framed])
  try {
    if ((form === mediaTypes.sse || form === mediaTypes.framed) && method === 'GET') {
      const headers = () => ({ ...liveHeaders, 'Content-Type': form })
      return await follow(runtime, id, position, {
        ...{ request, encoder: createEncoder(form, runtime.options.environment.now), headers },
        ...{ reader: 'follow', rollsOver: true },
      })
    }
    const max = method === 'HEAD' ? maxHead : maxSnapshot
    const range = await catchUp((offset) => runtime.hub.read(id, offset, max), position)
    if (!range) return notFoundResponse()
    if (range instanceof Response) return range
    const coding = runtime.options.compress ? contentCoding(request, range.head.offset - range.start) : undefined
    return snapshotResponse(runtime, request, range, { type: form, coding })
  } catch (error) {
    return failureResponse(error, runtime.report)
  }
}
