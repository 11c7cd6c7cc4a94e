import { errorStatus, lookHeaders, media, type WireErrorCode } from './wire'

/** An error answer: `{ code, message }`, in words of our own and never a producer's or a store's. */
export function errorAnswer(
  code: WireErrorCode,
  message: string,
  facts: { readonly headers?: Record<string, string>; readonly [fact: string]: unknown } = {},
): Response {
  const { headers, ...rest } = facts
  return jsonAnswer({ code, message, ...rest }, errorStatus[code], headers)
}

/** Unknown and not yours look the same. */
export function notFound(): Response {
  return errorAnswer('not-found', 'There is no such stream.')
}

export function jsonAnswer(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: {
      ...lookHeaders,
      'Content-Type': media.json,
      ...(status < 400 ? {} : { 'Cache-Control': 'no-store' }),
      ...headers,
    },
  })
}
