import { SourceError } from '../../errors'

/** How long the search for a hidden target may take, in milliseconds. */
const PROBE_MS = 2000

/** Whether a response is a redirect, or comes from one that `fetch` followed although it should not. */
export function isRedirect({ type, status, url, redirected }: Response, requested: string): boolean {
  if (type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(status)) return true
  // React Native follows every redirect, and only the URL shows it. There every requested URL is absolute.
  return redirected ?? (!!url && /^https?:/i.test(requested) && normalize(url) !== normalize(requested))
}

/**
 * Creates the error for a redirect. A browser hides the target, so `probe` requests the same URL there without any of the
 * app's headers, and follows the redirect. The error has the target without its query, which may contain a secret.
 */
export async function redirectError(
  { type, status, url, headers, redirected, body }: Response,
  requested: string,
  accept: string,
  probe: typeof fetch | undefined,
  signal: AbortSignal | null | undefined,
): Promise<SourceError> {
  body?.cancel().catch(() => {}) // a failure of an unused body does not matter
  const isFollowed = redirected || status < 300
  const found = type === 'opaqueredirect' ? await follow(requested, accept, probe, signal) : headers.get('location')
  const location = resolve(isFollowed && type !== 'opaqueredirect' ? url : found, url || requested)
  const isSamePath = location !== undefined && pathOf(location) === pathOf(requested)
  const address =
    'give the client the final URL, or mount the handler so that none happens (Next.js: `skipTrailingSlashRedirect`)'
  const login = 'if it leads to a login page, sign in, then call `retry()`'
  return new SourceError(
    'redirected',
    `the response is a redirect to ${location ?? 'a hidden target'}, and no redirect is followed: ` +
      (isSamePath ? address : location ? login : `${login}; otherwise ${address}`),
    { location },
  )
}

async function follow(
  url: string,
  accept: string,
  probe: typeof fetch | undefined,
  signal: AbortSignal | null | undefined,
): Promise<string | undefined> {
  const attempt = new AbortController()
  const end = () => attempt.abort()
  const timer = setTimeout(end, PROBE_MS)
  signal?.addEventListener('abort', end)
  try {
    const init = { headers: { accept }, credentials: 'same-origin', cache: 'no-store', signal: attempt.signal } as const
    const response = await probe?.(url, init)
    return response?.redirected ? response.url : undefined
  } catch {
    return // a target on another origin stays hidden
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
    end()
  }
}

function resolve(location: string | null | undefined, base: string): string | undefined {
  if (!location) return
  let target = location
  try {
    target = new URL(location, base).href
  } catch {
    // A relative target of a relative URL is reported unchanged.
  }
  return target.replace(/[?#].*/s, '').replace(/^([a-z]+:\/\/)[^/]*@/i, '$1')
}

/** Brings equal addresses into the same form, because a network stack may return a URL in its normal form. */
function normalize(url: string): string {
  const plain = url
    .replace(/[?#].*/s, '')
    .replace(/^(https?:..)[^/]*@/i, '$1')
    .replace(/^(?:(https:..[^/]*):443|(http:..[^/]*):80)(?![^/])/i, '$1$2')
    .replace(/^https?:..[^/]*$/i, '$&/')
  try {
    // React Native's `URL` adds a slash to each address. Behind the `?` it cannot hide a redirect that only adds a slash.
    return decodeURI(new URL(`${plain}?`).href).toLowerCase()
  } catch {
    return plain.toLowerCase() // a `%` that encodes nothing, or a `URL` that does not work
  }
}

function pathOf(url: string): string {
  return url
    .replace(/[?#].*/s, '')
    .replace(/^[a-z]+:\/\/[^/]*/i, '')
    .replace(/\/$/, '')
}
