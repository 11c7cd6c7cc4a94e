import { isFinal, SourceError, type SourceErrorCode } from '../../errors'
import { isRedirect, redirectError } from './redirect'
import { readRefusal } from './refusal'

export interface HeadersRequest {
  /** Counts from 1. 2 is the only retry, after a 401. */
  readonly attempt: number
  /** The server refused the last headers: renew them. */
  readonly isRefresh: boolean
  /** Aborts when the headers are not needed any more. A renewal is given up after 15 s. */
  readonly signal: AbortSignal
}

/** Headers, or a function that is called on every attempt. It may wait, as for a sign-in, but not while it renews. */
export type HeadersSource = HeadersInit | HeadersFunction

type HeadersFunction = (request: HeadersRequest) => HeadersInit | Promise<HeadersInit>

/** The part of `fetch` that is used here. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>

export interface RequestOptions {
  /**
   * The longest text that is read, in UTF-16 code units. A longer response is canceled and fails with `server`. The length
   * counts after decompression. If you raise the server's own `maxLength`, raise this too.
   *
   * @default 4_194_304
   */
  readonly maxLength?: number | undefined
  readonly headers?: HeadersSource | undefined
  /** @default the global `fetch` at the time of each request */
  readonly fetch?: FetchLike | undefined
  /** `include` also sends cookies to another origin, whose handler has to allow it. @default `same-origin`, as in `fetch` */
  readonly credentials?: RequestCredentials | undefined
}

/** The error code for each refusal. Any other status is a failure of the server. */
export const codes: Record<number, SourceErrorCode> = {
  401: 'unauthorized',
  402: 'forbidden',
  403: 'forbidden',
  404: 'not-found',
  409: 'refused',
  410: 'not-found',
  429: 'rate-limited',
}

/** How long a renewal of the headers may take, in milliseconds. */
const REFRESH_MS = 15_000

/** Of a request that cannot be aborted. */
const never = new AbortController().signal

/** Renewals in progress: sources that share a headers function call it once for new headers. */
const refreshes = new WeakMap<object, Promise<HeadersInit>>()

/**
 * Creates the function that sends all requests of one source. The headers function is called for each request, and once
 * more after a 401. Requests that get a 401 at the same time share the renewal. A redirect is an error, because the headers
 * may be meant for this origin alone. Everything but a success with a body (200 to 203) rejects with a `SourceError`. Its
 * code says what to do next. It has the server's own `code` and `message` if the server sent them as JSON.
 *
 * A 401, 402, 403, 404 or 410 is final, so it must come from the backend itself. An HTML page comes from a proxy, a firewall
 * or a gateway, so that failure is temporary. `hasCodes`: the backend sends each refusal as JSON with a `code`, so a refusal
 * without one is temporary too. The exception is a 401, because an app's own middleware may send it in any form.
 */
export function createRequest({ headers, fetch, ...options }: RequestOptions, hasCodes = false) {
  async function currentHeaders(attempt: number, signal: AbortSignal) {
    if (typeof headers !== 'function') return headers
    try {
      if (attempt < 2) return await headers({ attempt, isRefresh: false, signal })
      const shared = refreshes.get(headers) ?? refresh(headers)
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
      // A browser does not show whether the network failed or CORS refused the request.
      if (init.signal?.aborted || !isElsewhere(url)) throw cause
      throw new SourceError(
        'network',
        "no response: is the server up, and is this page's origin in its allowedOrigins?",
        {
          cause,
        },
      )
    }
  }

  return async (url: string, accept: string, init: RequestInit): Promise<Response> => {
    for (let attempt = 1; ; attempt++) {
      const all = new Headers(await currentHeaders(attempt, init.signal ?? never))
      new Headers(init.headers).forEach((value, name) => {
        all.set(name, value)
      })
      all.set('accept', accept)
      const response = await send(url, { redirect: 'manual', ...(options as RequestInit), ...init, headers: all })
      const { ok, status } = response
      // An app's own `fetch` may add headers, which must not follow a redirect.
      if (isRedirect(response, url))
        throw await redirectError(response, url, accept, fetch ? undefined : globalThis.fetch, init.signal)
      if (ok && status < 204) return response
      if (status === 401 && attempt === 1 && typeof headers === 'function') {
        response.body?.cancel().catch(() => {}) // a failure of an unused body does not matter
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
        `the server returned ${status}${code ? ` (${code})` : ''}${message ? `: ${message}` : ''}` +
          (isForeign ? `, but this (${type || 'no content type'}) is not from the backend itself` : ''),
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

/** All requests that wait for a renewal would wait for ever if it hung, so it is given up. */
function refresh(headers: HeadersFunction): Promise<HeadersInit> {
  const attempt = new AbortController()
  return new Promise<HeadersInit>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`the headers function has not renewed the headers within ${REFRESH_MS} ms`))
      attempt.abort()
    }, REFRESH_MS)
    const renewed = async () => headers({ attempt: 2, isRefresh: true, signal: attempt.signal })
    renewed()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

/** Whether the URL is on another origin than the page, if there is a page. */
function isElsewhere(url: string): boolean {
  const [origin] = /^https?:\/\/[^/?#]+/i.exec(url) ?? []
  return !!origin && !!globalThis.location && origin.toLowerCase() !== location.origin
}
