import { errorResponse } from '../response/responses'

/**
 * Whether a request that changes something may come from where it comes. Browsers say so in `Sec-Fetch-Site`; older ones
 * send `Origin`, whose host must then be ours. A request with neither does not come from a page.
 */
export function isAllowedOrigin(request: Request, allowedOrigins: readonly string[]): boolean {
  const origin = request.headers.get('Origin')
  if (origin !== null && allowedOrigins.includes(origin)) return true
  const site = request.headers.get('Sec-Fetch-Site')
  if (site !== null) return site === 'same-origin' || site === 'same-site' || site === 'none'
  if (origin === null) return true
  // `app://server.test` is another one, though its host is ours.
  return (
    /^https?:/.test(origin) &&
    URL.canParse(origin) &&
    new URL(origin).host === (request.headers.get('Host') ?? new URL(request.url).host)
  )
}

/** Says the cure, since the client has nothing else to go by. It never says the `Host`, which may be an internal name. */
export function crossOrigin(): Response {
  return errorResponse(
    'cross-origin',
    "The page's origin is not this server's. If it may do this, list it in the handler's allowedOrigins. If a proxy stands in between, let it pass on the Host header as the browser sent it.",
  )
}
