import { errorAnswer, jsonAnswer, notFound } from './answers'
import { catchUp } from './catch-up'
import { failureAnswer } from './failure-answer'
import { follow } from './follow'
import { negotiate } from './negotiate'
import { readPosition } from './position'
import type { Runtime } from './runtime'
import type { StoredRange, StreamHead } from './store'
import { cutBeforeSplitPair } from './surrogates'
import { wholeText } from './whole-text'
import { headers, lookHeaders, media, query } from './wire'

/** So many UTF-16 code units are read at once for a look. As JSON it carries no more, as plain text it goes on after them. */
const maxAnswer = 1_048_576
/** Enough to see whether an offset is inside a surrogate pair. */
const maxHead = 2

/** `GET` and `HEAD` of a stream: a look at what is durable, or an event stream that follows it. */
export async function read(runtime: Runtime, request: Request, id: string): Promise<Response> {
  const { method } = request
  if (method !== 'GET' && method !== 'HEAD') {
    return errorAnswer('method-not-allowed', 'Read a stream with GET or HEAD.', { headers: { Allow: 'GET, HEAD' } })
  }
  if (new URL(request.url).searchParams.has(query.live)) {
    return errorAnswer('invalid-request', `'${query.live}' is reserved; ask for text/event-stream to follow.`)
  }
  const position = readPosition(request)
  if (!position) return errorAnswer('invalid-offset', 'The offset and the epoch must be whole numbers.')
  const form = negotiate(request, [media.json, media.text, media.sse])
  try {
    if (form === media.sse && method === 'GET') {
      return await follow(runtime, id, position, { signal: request.signal, reader: 'follow', rollsOver: true })
    }
    const max = method === 'HEAD' ? maxHead : maxAnswer
    const range = await catchUp((offset) => runtime.hub.read(id, offset, max), position)
    if (!range) return notFound()
    return range instanceof Response ? range : look(runtime, request, range, form)
  } catch (error) {
    return failureAnswer(error, runtime.report)
  }
}

function look(runtime: Runtime, request: Request, range: StoredRange, form: string): Response {
  const { head, start } = range
  const { id, epoch, base, isStalled } = head
  const isHead = request.method === 'HEAD'
  const isText = form === media.text
  const text = isHead ? '' : cutBeforeSplitPair(range.text)
  const hasAll = start + text.length >= head.offset
  const end = hasAll || isHead || isText ? head.offset : start + text.length
  const upToDate = end >= head.offset
  // A terminal status beside a part would pass it for the whole, to whoever does not know `upToDate`.
  const { status, error, finishReason }: Pick<StreamHead, 'status' | 'error' | 'finishReason'> = upToDate
    ? head
    : { status: 'streaming' }
  const etag = `"${id}.${epoch}.${base}.${start}-${end}-${head.offset}.${isStalled ? 'stalled' : head.status}.${isText ? 'text' : 'json'}"`
  const facts = {
    ...lookHeaders,
    ETag: etag,
    [headers.status]: status,
    [headers.offset]: String(end),
    [headers.epoch]: String(epoch),
    [headers.base]: String(base),
    [headers.upToDate]: String(upToDate),
    ...(isStalled && { [headers.stalled]: 'true' }),
    ...(finishReason !== undefined && { [headers.finishReason]: finishReason }),
  }
  if (matches(request.headers.get('If-None-Match'), etag)) return new Response(null, { status: 304, headers: facts })
  if (isText) {
    const body = isHead ? null : hasAll ? text : wholeText(runtime, range, request.signal)
    return new Response(body, { headers: { ...facts, 'Content-Type': 'text/plain; charset=utf-8' } })
  }
  if (isHead) return new Response(null, { headers: { ...facts, 'Content-Type': media.json } })
  return jsonAnswer(
    { offset: start, text, status, epoch, base, upToDate, error, finishReason, stalled: isStalled || undefined },
    200,
    facts,
  )
}

function matches(ifNoneMatch: string | null, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*')
}
