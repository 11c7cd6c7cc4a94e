import type { FetchLike } from '../sources/http/request'

export interface ObserveOptions {
  /** `POST` for a URL that drives. @default 'GET' */
  readonly method?: string | undefined
  readonly headers?: HeadersInit | undefined
  readonly body?: BodyInit | undefined
  readonly credentials?: RequestCredentials | undefined
  /** The page's origin, if it is another one than the URL's: whether the answer allows it is looked at then. */
  readonly origin?: string | undefined
  /** How long the answer is watched, in milliseconds. @default 30000 */
  readonly maxMs: number
  /** How much of it is read, in bytes. @default 1048576 */
  readonly maxBytes: number
  /** Ends the watch. */
  readonly signal?: AbortSignal | undefined
  /** @default the global one */
  readonly fetch?: FetchLike | undefined
}

/** What was seen of an answer, without what it says. Times are in milliseconds from the request on. */
export interface Observation {
  readonly method: string
  /** `undefined`: no answer came. */
  readonly answer: { readonly status: number; readonly headers: Headers; readonly atMs: number } | undefined
  /** The request failed, or its answer is hidden from a page, as one of another origin is. */
  readonly isFailed: boolean
  readonly arrivals: readonly { readonly atMs: number; readonly bytes: number }[]
  /** By itself; by an error; or because enough was seen. */
  readonly ending: 'ended' | 'cut' | 'enough'
  readonly endMs: number
  readonly events: number
  readonly comments: number
  /** The explicit end of a stream came. */
  readonly hasEnd: boolean
}

/** Asks, and watches what comes until it ends or enough was seen. Never rejects. */
export async function observeAnswer(url: string, options: ObserveOptions): Promise<Observation> {
  const { method = 'GET', headers, body, credentials, origin, maxMs, maxBytes, signal } = options
  const { fetch = globalThis.fetch } = options
  const startedAt = Date.now()
  const passed = () => Date.now() - startedAt
  const attempt = new AbortController()
  const stop = () => attempt.abort()
  const timer = setTimeout(stop, maxMs)
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop)

  const arrivals: { atMs: number; bytes: number }[] = []
  const lines = createLineCounter()
  let answer: Observation['answer']
  let ending: Observation['ending'] = 'ended'
  let isFailed = false
  try {
    const asked = new Headers(headers)
    if (!asked.has('accept')) asked.set('accept', 'text/event-stream, text/plain;q=0.9')
    // A browser sets its own, and lets nobody else.
    if (origin) asked.set('origin', origin)
    const init = { method, headers: asked, redirect: 'manual' as const, signal: attempt.signal }
    const response = await fetch(url, { ...init, ...(body && { body }), ...(credentials && { credentials }) })
    answer = { status: response.status, headers: response.headers, atMs: passed() }
    const reader = response.body?.getReader()
    try {
      for (let bytes = 0; reader; ) {
        const { done, value } = await reader.read()
        if (done) break
        arrivals.push({ atMs: passed(), bytes: value.length })
        lines.read(value)
        bytes += value.length
        if (!lines.hasEnd && bytes < maxBytes) continue
        ending = 'enough'
        break
      }
    } finally {
      reader?.cancel().catch(() => {}) // what is not read any more may fail as it likes
    }
  } catch {
    // Why it failed may hold a URL with a token in it: only that it did is told.
    ending = attempt.signal.aborted ? 'enough' : 'cut'
    isFailed = !answer && !attempt.signal.aborted
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
  const { events, comments, hasEnd } = lines
  const endMs = passed()
  return { method, answer, isFailed, arrivals, ending, endMs, events, comments, hasEnd }
}

/** How much of a line is looked at: enough to know what it is. */
const MAX_LINE = 64

/** Counts what an event stream brings, and forgets it. */
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
