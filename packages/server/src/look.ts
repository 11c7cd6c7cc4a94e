import { errorAnswer, jsonAnswer, notFound, storeFailed } from './answers'
import { follow } from './follow'
import { negotiate } from './negotiate'
import { type Position, readPosition } from './position'
import type { Runtime } from './runtime'
import type { StoredRange } from './store'
import { maxRead } from './store-reader'
import { cutBeforeSplitPair, isLowSurrogate } from './surrogates'
import { isTerminal } from './types'
import { headers, lookHeaders, media, query } from './wire'

/** A catch-up answer is at most this long, in UTF-16 code units. */
const maxAnswer = 1_048_576

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
  if (!position) return invalidOffset('The offset and the epoch must be whole numbers.')
  const form = negotiate(request, [media.json, media.sse, media.text])
  const isFollowing = form === media.sse && method === 'GET'
  try {
    const range = await readFrom(runtime, id, position, isFollowing ? maxRead : method === 'HEAD' ? 2 : maxAnswer)
    if (!range) return notFound()
    const refusal = refused(range, position)
    if (refusal) return refusal
    if (!isFollowing) return look(request, range, form)
    if (position.isEventSource && isTerminal(range.head.status) && position.offset >= range.head.offset) {
      // The one answer that makes a native EventSource stop asking.
      return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } })
    }
    return follow(runtime, id, range, { signal: request.signal, reader: 'follow', rollsOver: true })
  } catch {
    // Reported where the store was asked.
    return storeFailed()
  }
}

/** Where claims were made since the reader last read, and nobody knows where its text parted, it reads from 0. */
async function readFrom(
  { hub }: Runtime,
  id: string,
  { offset, epoch }: Position,
  max: number,
): Promise<StoredRange | undefined> {
  const range = await hub.read(id, offset, max)
  const isLost = range !== undefined && epoch !== undefined && range.head.epoch > epoch + 1
  return isLost && offset > 0 ? hub.read(id, 0, max) : range
}

function refused({ head, start, text }: StoredRange, { offset, epoch }: Position): Response | undefined {
  if (epoch !== undefined && head.epoch === epoch + 1 && head.base < offset) {
    return errorAnswer('diverged', 'The text was taken up again before this offset.', {
      offset: head.base,
      epoch: head.epoch,
    })
  }
  if (start > 0 && isLowSurrogate(text.charCodeAt(0))) {
    return invalidOffset('The offset is inside a surrogate pair.')
  }
  return undefined
}

function invalidOffset(message: string): Response {
  return errorAnswer('invalid-offset', message)
}

function look(request: Request, range: StoredRange, form: string): Response {
  const { head, start } = range
  const { id, status, epoch, base, error } = head
  const isHead = request.method === 'HEAD'
  const text = isHead ? '' : cutBeforeSplitPair(range.text)
  const end = isHead ? head.offset : start + text.length
  const upToDate = end >= head.offset
  const etag = `"${id}.${epoch}.${base}.${start}-${end}-${head.offset}.${status}.${form === media.text ? 'text' : 'json'}"`
  const facts = {
    ...lookHeaders,
    ETag: etag,
    [headers.status]: status,
    [headers.offset]: String(end),
    [headers.epoch]: String(epoch),
    [headers.base]: String(base),
    [headers.upToDate]: String(upToDate),
  }
  if (matches(request.headers.get('If-None-Match'), etag)) return new Response(null, { status: 304, headers: facts })
  if (form === media.text) {
    return new Response(isHead ? null : text, { headers: { ...facts, 'Content-Type': 'text/plain; charset=utf-8' } })
  }
  if (isHead) return new Response(null, { headers: { ...facts, 'Content-Type': media.json } })
  return jsonAnswer({ offset: start, text, status, epoch, base, upToDate, error }, 200, facts)
}

function matches(ifNoneMatch: string | null, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*')
}
