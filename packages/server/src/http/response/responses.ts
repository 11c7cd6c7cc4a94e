import { errorStatus, mediaTypes, snapshotHeaders, type WireErrorCode } from '../wire-names'

/** An error response: `{ code, message }`. The message is always our own, never a producer's or a store's. */
export function errorResponse(
  code: WireErrorCode,
  message: string,
  facts: { readonly headers?: Record<string, string>; readonly [fact: string]: unknown } = {},
): Response {
  const { headers, ...rest } = facts
  return jsonResponse({ code, message, ...rest }, errorStatus[code], headers)
}

/** The same response for an unknown stream and for one that the user may not see. */
export function notFoundResponse(): Response {
  return errorResponse('not-found', 'There is no such stream.')
}

export function jsonResponse(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: {
      ...snapshotHeaders,
      'Content-Type': mediaTypes.json,
      ...(status < 400 ? {} : { 'Cache-Control': 'no-store' }),
      ...headers,
    },
  })
}
