import type { Runtime } from '../../runtime'
import type { StoredRange, StreamHead } from '../../store/stream-store'
import { cutBeforeSplitPair } from '../../store/surrogates'
import { headerNames, type MediaType, mediaTypes, snapshotHeaders } from '../wire-names'
import { entityTag, heldTag } from './entity-tag'
import { type ContentCoding, gzipped } from './gzip'
import { jsonResponse } from './responses'
import { wholeTextBody } from './whole-text-body'

export interface SnapshotForm {
  readonly type: MediaType
  readonly coding: ContentCoding
}

/** What is durable at this moment, as JSON, as plain text or as headers only. 304 if the client has it already. */
export function snapshotResponse(
  runtime: Runtime,
  request: Request,
  range: StoredRange,
  { type, coding }: SnapshotForm,
): Response {
  const { head, start } = range
  const { id, epoch, base, isStalled } = head
  const isHead = request.method === 'HEAD'
  const isText = type === mediaTypes.text
  const text = isHead ? '' : cutBeforeSplitPair(range.text)
  const hasAll = start + text.length >= head.offset
  const end = hasAll || isHead || isText ? head.offset : start + text.length
  const upToDate = end >= head.offset
  // A client that ignores `upToDate` would take a part with a terminal status for the whole text.
  const { status, error, finishReason }: Pick<StreamHead, 'status' | 'error' | 'finishReason'> = upToDate
    ? head
    : { status: 'streaming' }
  const version = `${id}.${epoch}.${base}.${start}-${end}-${head.offset}.${isStalled ? 'stalled' : head.status}.${isText ? 'text' : 'json'}`
  const held = heldTag(request.headers.get('If-None-Match'), version, coding)
  const facts = {
    ...snapshotHeaders,
    ETag: held ?? entityTag(version, coding),
    [headerNames.status]: status,
    [headerNames.offset]: String(end),
    [headerNames.epoch]: String(epoch),
    [headerNames.base]: String(base),
    [headerNames.upToDate]: String(upToDate),
    ...(isStalled && { [headerNames.stalled]: 'true' }),
    ...(finishReason !== undefined && { [headerNames.finishReason]: finishReason }),
  }
  if (held !== undefined) return new Response(null, { status: 304, headers: facts })
  const response = whole()
  return coding ? gzipped(response) : response

  function whole(): Response {
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
}
