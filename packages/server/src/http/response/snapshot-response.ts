import type { Runtime } from '../../runtime'
import type { StoredRange, StreamHead } from '../../store/stream-store'
import { cutBeforeSplitPair } from '../../store/surrogates'
import { headerNames, mediaTypes, snapshotHeaders } from '../wire-names'
import { jsonResponse } from './responses'
import { wholeTextBody } from './whole-text-body'

/** What is durable at this moment, as JSON, as plain text or as headers only. 304 if the client has it already. */
export function snapshotResponse(runtime: Runtime, request: Request, range: StoredRange, form: string): Response {
  const { head, start } = range
  const { id, epoch, base, isStalled } = head
  const isHead = request.method === 'HEAD'
  const isText = form === mediaTypes.text
  const text = isHead ? '' : cutBeforeSplitPair(range.text)
  const hasAll = start + text.length >= head.offset
  const end = hasAll || isHead || isText ? head.offset : start + text.length
  const upToDate = end >= head.offset
  // A client that ignores `upToDate` would take a part with a terminal status for the whole text.
  const { status, error, finishReason }: Pick<StreamHead, 'status' | 'error' | 'finishReason'> = upToDate
    ? head
    : { status: 'streaming' }
  const etag = `"${id}.${epoch}.${base}.${start}-${end}-${head.offset}.${isStalled ? 'stalled' : head.status}.${isText ? 'text' : 'json'}"`
  const facts = {
    ...snapshotHeaders,
    ETag: etag,
    [headerNames.status]: status,
    [headerNames.offset]: String(end),
    [headerNames.epoch]: String(epoch),
    [headerNames.base]: String(base),
    [headerNames.upToDate]: String(upToDate),
    ...(isStalled && { [headerNames.stalled]: 'true' }),
    ...(finishReason !== undefined && { [headerNames.finishReason]: finishReason }),
  }
  if (matches(request.headers.get('If-None-Match'), etag)) return new Response(null, { status: 304, headers: facts })
  if (isText) {
    const body = isHead ? null : hasAll ? text : wholeTextBody(runtime, range, request.signal)
    return new Response(body, { headers: { ...facts, 'Content-Type': 'text/plain; charset=utf-8' } })
  }
  if (isHead) return new Response(null, { headers: { ...facts, 'Content-Type': mediaTypes.json } })
  return jsonResponse(
    { offset: start, text, status, epoch, base, upToDate, error, finishReason, stalled: isStalled || undefined },
    200,
    facts,
  )
}

function matches(ifNoneMatch: string | null, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*')
}
