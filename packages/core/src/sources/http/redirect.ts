import { SourceError } from '../../errors'

/** How long the search for a hidden target may take, in milliseconds. */
const PROBE_MS = 2000

/** Whether an answer is a redirect, or was reached by one that `fetch` has followed all the same. */
export function isRedirect({ type, status, url, redirected }: Response, asked: string): boolean {
  if (type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(status)) return true
  // React Native follows every redirect, and tells it only by the URL. There every URL that is asked for is absolute.
  return redirected ?? (!!url && /^https?:/i.test(asked) && bare(url) !== bare(asked))
}

/**
 * The error for a redirect. A browser hides where one leads: `probe` is asked there for the same URL, without any of the
 * app's headers, and follows it. The target is told without its query, which may hold a secret.
 */
export async function redirectError(
  { type, status, url, headers, redirected, body }: Response,
  asked: string,
  accept: string,
  probe: typeof fetch | undefined,
  signal: AbortSignal | null | undefined,
): Promise<SourceError> {
  body?.cancel().catch(() => {}) // a body that is not wanted may fail as it likes
  const isFollowed = redirected || status < 300
  const found = type === 'opaqueredirect' ? await follow(asked, accept, probe, signal) : headers.get('location')
  const location = resolve(isFollowed && type !== 'opaqueredirect' ? url : found, url || asked)
  const isSamePath = location !== undefined && pathOf(location) === pathOf(asked)
  const address =
    'give the client the final URL, or mount the handler so that none happens (Next.js: `skipTrailingSlashRedirect`)'
  const login = 'if it leads to a login page, sign in, then call `retry()`'
  return new SourceError(
    'redirected',
    `the answer is a redirect to ${location ?? 'a target that is hidden'}, and no redirect is followed: ` +
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
    return // a target of another origin, which stays hidden
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
    // A relative one at a URL that is itself relative: it is told as it stands.
  }
  return target.replace(/[?#].*/s, '').replace(/^([a-z]+:\/\/)[^/]*@/i, '$1')
}

/** Without what may differ though it is the same address: a network stack may have put it into its normal form. */
function bare(url: string): string {
  const plain = url
    .replace(/[?#].*/s, '')
    .replace(/^(https?:..)[^/]*@/i, '$1')
    .replace(/^(?:(https:..[^/]*):443|(http:..[^/]*):80)(?![^/])/i, '$1$2')
    .replace(/^https?:..[^/]*$/i, '$&/')
  try {
    // React Native's own URL ends each one with a slash, which would hide a redirect to just that: it lands behind the `?`.
    return decodeURI(new URL(`${plain}?`).href).toLowerCase()
  } catch {
    return plain.toLowerCase() // a `%` that encodes nothing, or no URL that works
  }
}

function pathOf(url: string): string {
  return url
    .replace(/[?#].*/s, '')
    .replace(/^[a-z]+:\/\/[^/]*/i, '')
    .replace(/\/$/, '')
}
