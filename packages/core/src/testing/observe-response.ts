import type { FetchLike } from '../sources/http/request'

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

/** What was observed of a response, without its content. Times are in milliseconds from the request on. */
export interface Observation {
  readonly method: string
  /** `undefined`: there was no response. */
  readonly response: { readonly status: number; readonly headers: Headers; readonly atMs: number } | undefined
  /** The request failed, or the response is hidden from the page, as one from another origin is. */
  readonly isFailed: boolean
  readonly arrivals: readonly { readonly atMs: number; readonly bytes: number }[]
  /** `ended`: by itself. `cut`: by an error. `enough`: enough was read, or the observation was ended. */
  readonly ending: 'ended' | 'cut' | 'enough'
  readonly endMs: number
  readonly events: number
  readonly comments: number
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

  const arrivals: { atMs: number; bytes: number }[] = []
  const lines = createLineCounter()
  let seen: Observation['response']
  let ending: Observation['ending'] = 'ended'
  let isFailed = false
  try {
    const requestHeaders = new Headers(headers)
    if (!requestHeaders.has('accept')) requestHeaders.set('accept', 'text/event-stream, text/plain;q=0.9')
    // A browser ignores this and sets its own origin.
    if (origin) requestHeaders.set('origin', origin)
    const init = { method, headers: requestHeaders, redirect: 'manual' as const, signal: attempt.signal }
    const response = await fetch(url, { ...init, ...(body && { body }), ...(credentials && { credentials }) })
    seen = { status: response.status, headers: response.headers, atMs: elapsed() }
    const reader = response.body?.getReader()
    try {
      for (let bytes = 0; reader; ) {
        const { done, value } = await reader.read()
        if (done) break
        arrivals.push({ atMs: elapsed(), bytes: value.length })
        lines.read(value)
        bytes += value.length
        if (!lines.hasEnd && bytes < maxBytes) continue
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
  const { events, comments, hasEnd } = lines
  const endMs = elapsed()
  return { method, response: seen, isFailed, arrivals, ending, endMs, events, comments, hasEnd }
}

/** How much of a line is read: enough to recognize its kind. */
const MAX_LINE = 64

/** Counts the events and comments of an event stream. It keeps no content. */
function createLineCounter() {
  const decoder = new TextDecoder()
  const counter = { events: 0, comments: 0, hasEnd: false, read }
  let rest = ''

  function read(bytes: Uint8Array) {
    const lines = decoder.decode(bytes, { stream: true }).split('\n')
    lines[0] = rest + lines[0]
    rest = (lines.pop() ?? '').slice(0, MAX_LINE)
    for (const line of lines) {
      if (/^(data|event):/.test(line)) counter.events += 1
      if (line.startsWith(':')) counter.comments += 1
      if (/^(event: ?end|data: ?\[DONE\])\s*$/.test(line)) counter.hasEnd = true
    }
  }

  return counter
}
