import { SourceError, type SourceErrorCode } from './errors'

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
  readonly headers?: HeadersSource | undefined
  /** @default the global `fetch`, looked up at each attempt */
  readonly fetch?: FetchLike | undefined
  /** @default what `fetch` does: `same-origin` */
  readonly credentials?: RequestCredentials
}

const codes: Record<number, SourceErrorCode> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  409: 'refused',
  410: 'not-found',
  429: 'rate-limited',
}

/** Renewals under way, so that streams that meet a 401 together ask for new headers once. */
const refreshes = new WeakMap<object, Promise<HeadersInit>>()

/**
 * One request. Headers are asked for, and once more after a 401. A redirect is an error, since what the headers carry
 * may be meant for this origin alone.
 *
 * @throws {SourceError} for everything but a 2xx with a body to read; its code says what to do next
 */
export async function request(
  { headers, fetch = globalThis.fetch, ...options }: RequestOptions,
  url: string,
  accept: string,
  init?: RequestInit,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const all = new Headers(await ask(headers, attempt))
    all.set('accept', accept)
    const response = await fetch(url, { redirect: 'error', ...options, ...init, headers: all })
    const { status } = response
    if (status === 200) return response
    const told = await response.json().catch(() => ({}))
    if (status === 401 && attempt === 1 && typeof headers === 'function') continue
    const code = told.code === 'diverged' ? told.code : (codes[status] ?? (response.ok ? 'refused' : 'server'))
    throw new SourceError(code, `the server answered ${status}`, {
      offset: told.offset,
      epoch: told.epoch,
      retryAfterMs: Number(response.headers.get('retry-after')) * 1000,
    })
  }
}

async function ask(headers: HeadersSource | undefined, attempt: number) {
  if (typeof headers !== 'function') return headers
  const isRefresh = attempt > 1
  const shared = isRefresh && refreshes.get(headers)
  try {
    const asked = shared || Promise.resolve(headers({ attempt, isRefresh }))
    if (isRefresh) refreshes.set(headers, asked)
    return await asked
  } catch (cause) {
    throw new SourceError('network', 'the headers function failed', { cause, isUnsent: true })
  } finally {
    if (isRefresh) refreshes.delete(headers)
  }
}
