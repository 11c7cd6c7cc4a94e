import { isFinal, SourceError, type SourceErrorCode } from '../../errors'
import { isRedirect, redirectError } from './redirect'
import { readRefusal } from './refusal'

export interface HeadersRequest {
  /** From 1; 2 is the one repetition after a 401. */
  readonly attempt: number
  /** The server refused the headers given before: renew them. */
  readonly isRefresh: boolean
}

/** Headers, or a function that is asked for them on every attempt. */
export type HeadersSource = HeadersInit | ((request: HeadersRequest) => HeadersInit | Promise<HeadersInit>)

/** As much of `fetch` as is used here. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>

export interface RequestOptions {
  /**
   * The longest text that is read, in UTF-16 code units. A longer answer, also one that only grows so by being unpacked, is
   * let go of and has failed with `server`. Raise it where the server's own `maxLength` was raised.
   *
   * @default 4_194_304
   */
  readonly maxLength?: number | undefined
  readonly headers?: HeadersSource | undefined
  /** @default the global `fetch`, looked up for each request */
  readonly fetch?: FetchLike | undefined
  /** `include` sends cookies to another origin too, whose handler has to allow it. @default what `fetch` does: `same-origin` */
  readonly credentials?: RequestCredentials | undefined
}

/** What a server's refusal says to do next. Any other one is the server's own failure. */
export const codes: Record<number, SourceErrorCode> = {
  401: 'unauthorized',
  402: 'forbidden',
  403: 'forbidden',
  404: 'not-found',
  409: 'refused',
  410: 'not-found',
  429: 'rate-limited',
}

/** Renewals under way, so that sources that share a headers function ask it for new ones once. */
const refreshes = new WeakMap<object, Promise<HeadersInit>>()

/**
 * Makes the function that all requests of one client go through. Headers are asked for each time, and once more after a
 * 401: requests that meet one together share the renewal. A redirect is an error, since what the headers carry may be
 * meant for this origin alone. Everything but a success with a body (200 to 203) rejects with a `SourceError` whose code
 * says what to do next, and which carries the server's own `code` and `message` where it gave them as JSON.
 *
 * A 401, 402, 403, 404 or 410 is final, so it must come from the backend itself: a page (HTML) is one of a proxy, a firewall or a
 * gateway, and passes. `hasCodes`: the backend says each refusal as JSON with a `code`, so that one without it passes
 * too, but for a 401, which an app's own middleware may answer as it likes.
 */
export function createRequest({ headers, fetch, ...options }: RequestOptions, hasCodes = false) {
  async function ask(attempt: number) {
    if (typeof headers !== 'function') return headers
    try {
      if (attempt < 2) return await headers({ attempt, isRefresh: false })
      const shared = refreshes.get(headers) ?? Promise.resolve(headers({ attempt, isRefresh: true }))
      refreshes.set(headers, shared)
      return await shared
    } catch (cause) {
      throw new SourceError('network', 'the headers function failed', { cause, isUnsent: true })
    } finally {
      if (attempt > 1) refreshes.delete(headers)
    }
  }

  async function send(url: string, init: RequestInit) {
    try {
      return await (fetch ?? globalThis.fetch)(url, init)
    } catch (cause) {
      // A browser does not say whether it was the network or the server's rules for other origins.
      if (init.signal?.aborted || !isElsewhere(url)) throw cause
      throw new SourceError(
        'network',
        "no answer: is the server up, and is this page's origin in its allowedOrigins?",
        {
          cause,
        },
      )
    }
  }

  return async (url: string, accept: string, init: RequestInit): Promise<Response> => {
    for (let attempt = 1; ; attempt++) {
      const all = new Headers(await ask(attempt))
      all.set('accept', accept)
      const response = await send(url, { redirect: 'manual', ...(options as RequestInit), ...init, headers: all })
      const { ok, status } = response
      // An app's own `fetch` may add headers, which must not follow a redirect.
      if (isRedirect(response, url))
        throw await redirectError(response, url, accept, fetch ? undefined : globalThis.fetch, init.signal)
      if (ok && status < 204) return response
      if (status === 401 && attempt === 1 && typeof headers === 'function') {
        response.body?.cancel().catch(() => {}) // a body that is not wanted may fail as it likes
        continue
      }
      const { code, message, offset, epoch } = await readRefusal(response)
      const type = response.headers.get('content-type') ?? ''
      const wait = response.headers.get('retry-after') ?? ''
      const verdict = codes[status] ?? (ok ? 'refused' : 'server')
      const isOwn = !/html/i.test(type) && (!hasCodes || status === 401 || typeof code === 'string')
      const isForeign = isFinal(verdict) && !isOwn
      throw new SourceError(
        status === 409 && code === 'diverged' ? code : isForeign ? 'server' : verdict,
        `the server answered ${status}${code ? ` (${code})` : ''}${message ? `: ${message}` : ''}` +
          (isForeign ? `, but this (${type || 'no content type'}) is no answer of the backend itself` : ''),
        {
          serverCode: code,
          offset,
          epoch,
          retryAfterMs: Math.max(0, Number(wait) * 1000 || Date.parse(wait) - Date.now() || 0),
        },
      )
    }
  }
}

/** Of another origin than the page, where there is one. */
function isElsewhere(url: string): boolean {
  const [origin] = /^https?:\/\/[^/?#]+/i.exec(url) ?? []
  return !!origin && !!globalThis.location && origin.toLowerCase() !== location.origin
}
