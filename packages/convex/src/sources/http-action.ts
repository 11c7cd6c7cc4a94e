import {
  type FetchLike,
  fetchLive,
  type HeadersRequest,
  isStreamError,
  type LiveSource,
  type RequestOptions,
  SourceError,
} from '@keepstream/core'

/** How to drive a stream: everything that its request needs. */
export interface Drive extends RequestOptions {
  /** The app's HTTP action that calls the component's `stream`, on the `.convex.site` address. */
  readonly streamUrl: URL | string
  /** Sent as `Authorization: Bearer …`. A function is called on every attempt, and once more after a 401. */
  readonly authToken?: string | null | undefined | ((request: HeadersRequest) => Token | Promise<Token>)
}

type Token = string | null | undefined

/**
 * Calls the app's HTTP action: `POST { streamId }` returns raw text. If it refuses (205: another process drives already),
 * fails or is cut, the client subscribes to the query at once, because the database has a separate connection and stores
 * the text. The error is kept in `failures`, to be shown by the subscription.
 */
export function httpAction(driveOf: (id: string) => Drive | undefined, failures: Map<string, unknown>): LiveSource {
  return {
    async open(request, sink) {
      const drive = driveOf(request.id)
      if (!drive) throw new SourceError('refused', 'no component wants to drive this stream any more')
      try {
        await (await actionOf(drive, request.signal)).open(request, sink)
      } catch (cause) {
        const { code, isUnsent } = (isStreamError(cause) ? cause : {}) as Partial<SourceError>
        if (isUnsent || code === 'refused') throw cause
        if (!request.signal.aborted) failures.set(request.id, cause)
        throw new SourceError('refused', 'the HTTP action failed', { cause })
      }
    },
  }
}

async function actionOf(drive: Drive, signal: AbortSignal): Promise<LiveSource> {
  const { streamUrl, authToken, headers, fetch, ...options } = drive
  const getHeaders = (request: HeadersRequest) => headersFor(drive, request)
  // Only a function may return other headers after a 401.
  const canRenew = typeof authToken === 'function' || typeof headers === 'function'
  return fetchLive({
    ...options,
    url: String(streamUrl),
    body: ({ id }) => JSON.stringify({ streamId: id }),
    headers: canRenew ? getHeaders : await getHeaders({ attempt: 1, isRefresh: false, signal }),
    fetch: fetchRaw(fetch),
  })
}

async function headersFor({ authToken, headers }: Drive, request: HeadersRequest): Promise<Headers> {
  const all = new Headers({ 'content-type': 'application/json' })
  const own = typeof headers === 'function' ? await headers(request) : headers
  new Headers(own).forEach((value, name) => {
    all.set(name, value)
  })
  const token = typeof authToken === 'function' ? await authToken(request) : authToken
  if (token) all.set('authorization', `Bearer ${token}`)
  return all
}

/** The component writes raw text, even if the app sends another content type, such as `text/event-stream`. */
function fetchRaw(fetch: FetchLike | undefined): FetchLike {
  return async (url, init) => {
    const response = await (fetch ?? globalThis.fetch)(url, init)
    if (!response.ok || !response.body) return response
    const headers = new Headers(response.headers)
    headers.set('content-type', 'text/plain')
    return new Response(response.body, { status: response.status, headers })
  }
}
