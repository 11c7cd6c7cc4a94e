import { border } from '../../sources/http/parse-framed'
import type { FetchLike } from '../../sources/http/request'
import { framedType, sseType } from '../../sources/http/wire-names'
import { createEventCounter } from './count-events'
import { createFrameCounter } from './count-frames'

export interface ObserveOptions {
  /** `POST` for a URL that drives. @default 'GET' */
  readonly method?: string | undefined
  readonly headers?: HeadersInit | undefined
  readonly body?: BodyInit | undefined
  readonly credentials?: RequestCredentials | undefined
  /** The page's origin, if it is not the URL's origin. Then the CORS headers are checked too. */
  readonly origin?: string | undefined
  /** How long the response is observed, in milliseconds. @default 30000 */
  readonly maxMs: number
  /** How much of the response is read, in bytes. @default 1048576 */
  readonly maxBytes: number
  /** Ends the observation. */
  readonly signal?: AbortSignal | undefined
  /** @default the global `fetch` */
  readonly fetch?: FetchLike | undefined
}

export interface Arrival {
  readonly atMs: number
  readonly bytes: number
  /** In framed text: how many marks of time came, and how many code units of text. */
  readonly marks: number
  readonly length: number
}

/** What was observed of a response, without its content. Times are in milliseconds from the request on. */
export interface Observation {
  readonly method: string
  /** `undefined`: there was no response. */
  readonly response: { readonly status: number; readonly headers: Headers; readonly atMs: number } | undefined
  /** The request failed, or the response is hidden from the page, as one from another origin is. */
  readonly isFailed: boolean
  readonly arrivals: readonly Arrival[]
  /** `ended`: by itself. `cut`: by an error. `enough`: enough was read, or the observation was ended. */
  readonly ending: 'ended' | 'cut' | 'enough'
  readonly endMs: number
  /** By its content type, except that framed text is recognized by its first byte, too. */
  readonly form: 'framed' | 'events' | 'raw'
  readonly events: number
  readonly comments: number
  /** What shows that something on the way has changed framed text, and after how many bytes that was known. */
  readonly altered: { readonly words: string; readonly bytes: number } | undefined
  /** The explicit end of a stream came. */
  readonly hasEnd: boolean
}

/** Sends the request, and observes the response until it ends or enough was read. Never rejects. */
export async function observeResponse(url: string, options: ObserveOptions): Promise<Observation> {
  const { method = 'GET', headers, body, credentials, origin, maxMs, maxBytes, signal } = options
  const { fetch = globalThis.fetch } = options
  const startedAt = Date.now()
  const elapsed = () => Date.now() - startedAt
  const attempt = new AbortController()
  const stop = () => attempt.abort()
  const timer = setTimeout(stop, maxMs)
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop)

  const arrivals: Arrival[] = []
  const lines = createEventCounter()
  const frames = createFrameCounter()
  let form: Observation['form'] = 'raw'
  let seen: Observation['response']
  let ending: Observation['ending'] = 'ended'
  let isFailed = false
  try {
    const requestHeaders = new Headers(headers)
    if (!requestHeaders.has('accept')) requestHeaders.set('accept', `${framedType}, ${sseType};q=0.9, text/plain;q=0.8`)
    // A browser ignores this and sets its own origin.
    if (origin) requestHeaders.set('origin', origin)
    const init = { method, headers: requestHeaders, redirect: 'manual' as const, signal: attempt.signal }
    const response = await fetch(url, { ...init, ...(body && { body }), ...(credentials && { credentials }) })
    seen = { status: response.status, headers: response.headers, atMs: elapsed() }
    const type = response.headers.get('content-type') ?? ''
    form = type.startsWith(framedType) ? 'framed' : /event-stream/i.test(type) ? 'events' : 'raw'
    const reader = response.body?.getReader()
    try {
      for (let bytes = 0; reader; ) {
        const { done, value } = await reader.read()
        if (done) break
        if (!bytes && value[0] === border) form = 'framed'
        const { marks, length } = frames
        if (form === 'framed') frames.read(value)
        else lines.read(value)
        const added = { marks: frames.marks - marks, length: frames.length - length }
        arrivals.push({ atMs: elapsed(), bytes: value.length, ...added })
        bytes += value.length
        if (!lines.hasEnd && !frames.hasEnd && bytes < maxBytes) continue
        ending = 'enough'
        break
      }
    } finally {
      reader?.cancel().catch(() => {}) // a failure of the unread rest does not matter
    }
  } catch {
    // The error may contain a URL with a token, so only the failure itself is reported.
    ending = attempt.signal.aborted ? 'enough' : 'cut'
    isFailed = !seen && !attempt.signal.aborted
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
  const { events, comments } = lines
  const hasEnd = lines.hasEnd || frames.hasEnd
  const { altered } = frames
  const endMs = elapsed()
  return { method, response: seen, isFailed, arrivals, ending, endMs, form, events, comments, altered, hasEnd }
}
