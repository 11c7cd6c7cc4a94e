import { errorResponse } from '../response/responses'

/**
 * Whether a request that changes something comes from an allowed origin. Browsers send `Sec-Fetch-Site`. Older ones
 * send only `Origin`, whose host must then be ours. A request with neither header does not come from a page.
 */
export function isAllowedOrigin(request: Request, allowedOrigins: readonly string[]): boolean {
  const origin = request.headers.get('Origin')
  if (origin !== null && allowedOrigins.includes(origin)) return true
  const site = request.headers.get('Sec-Fetch-Site')
  if (site !== null) return site === 'same-origin' || site === 'same-site' || site === 'none'
  if (origin === null) return true
  // `app://server.test` is another origin, though its host is ours.
  return (
    /^https?:/.test(origin) &&
    URL.canParse(origin) &&
    new URL(origin).host === (request.headers.get('Host') ?? new URL(request.url).host)
  )
}

/**
 * The message contains the fix, because the client gets nothing else. It has no `Host`, which may be an internal name.
 */
export function crossOrigin(): Response {
  return errorResponse(
    'cross-origin',
    "The page's origin is not this server's. If it may do this, list it in the handler's allowedOrigins. If there is a proxy in between, make it forward the Host header as the browser sent it.",
  )
}
