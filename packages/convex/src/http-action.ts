import {
  type FetchLike,
  fetchLive,
  type HeadersRequest,
  isStreamError,
  type LiveSource,
  type RequestOptions,
  SourceError,
} from '@keepstream/core'

/** How a stream is driven: all that its request needs. */
export interface Drive extends RequestOptions {
  /** The app's HTTP action that calls the component's `stream`, on the `.convex.site` address. */
  readonly streamUrl: URL | string
  /** Sent as `Authorization: Bearer …`. A function is asked on every attempt, and once more after a 401. */
  readonly authToken?: string | null | undefined | ((request: HeadersRequest) => Token | Promise<Token>)
}

type Token = string | null | undefined

/**
 * The app's HTTP action: `POST { streamId }`, answered with raw text. When it refuses (205: somebody drives already), fails or
 * is cut, there is no reason to wait: the database is asked over a connection of its own, and tells what became of the text.
 * Why it failed is kept in `failures`, to be shown there.
 */
export function httpAction(driveOf: (id: string) => Drive | undefined, failures: Map<string, unknown>): LiveSource {
  return {
    async open(request, sink) {
      const drive = driveOf(request.id)
      if (!drive) throw new SourceError('refused', 'whoever wanted to drive has left')
      try {
        await (await actionOf(drive)).open(request, sink)
      } catch (cause) {
        const { code, isUnsent } = (isStreamError(cause) ? cause : {}) as Partial<SourceError>
        if (isUnsent || code === 'refused') throw cause
        if (!request.signal.aborted) failures.set(request.id, cause)
        throw new SourceError('refused', 'the HTTP action failed', { cause })
      }
    },
  }
}

async function actionOf(drive: Drive): Promise<LiveSource> {
  const { streamUrl, authToken, headers, fetch, ...options } = drive
  const ask = (asked: HeadersRequest) => headersFor(drive, asked)
  // Only a function may have other headers to offer after a 401.
  const isAsked = typeof authToken === 'function' || typeof headers === 'function'
  return fetchLive({
    ...options,
    url: String(streamUrl),
    body: ({ id }) => JSON.stringify({ streamId: id }),
    headers: isAsked ? ask : await ask({ attempt: 1, isRefresh: false }),
    fetch: fetchRaw(fetch),
  })
}

async function headersFor({ authToken, headers }: Drive, asked: HeadersRequest): Promise<Headers> {
  const all = new Headers({ 'content-type': 'application/json' })
  const own = typeof headers === 'function' ? await headers(asked) : headers
  new Headers(own).forEach((value, name) => {
    all.set(name, value)
  })
  const token = typeof authToken === 'function' ? await authToken(asked) : authToken
  if (token) all.set('authorization', `Bearer ${token}`)
  return all
}

/** The component writes raw text, whatever an app labels it as: as `text/event-stream`, for one. */
function fetchRaw(fetch: FetchLike | undefined): FetchLike {
  return async (url, init) => {
    const response = await (fetch ?? globalThis.fetch)(url, init)
    if (!response.ok || !response.body) return response
    const headers = new Headers(response.headers)
    headers.set('content-type', 'text/plain')
    return new Response(response.body, { status: response.status, headers })
  }
}
