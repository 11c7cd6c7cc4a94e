import type { FetchLike } from '@keepstream/core'

export interface FakeRequest {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly init: RequestInit
}

/** A `fetch` with the test's responses, whose bodies break when the request is aborted. */
export function fakeFetch(answer: (request: FakeRequest, count: number) => Response | Promise<Response>) {
  const requests: FakeRequest[] = []
  const fetch: FetchLike = async (url, init) => {
    // As in every `fetch`, a request that was aborted before it is sent is never sent.
    init.signal?.throwIfAborted()
    const request = { url, init, method: init.method ?? 'GET', headers: new Headers(init.headers) }
    requests.push(request)
    return answer(request, requests.length)
  }
  return Object.assign(fetch, {
    requests,
    /** Requests that were not aborted. */
    open: () => requests.filter(({ init }) => !init.signal?.aborted),
  })
}

export function json(value: unknown, init: ResponseInit = {}) {
  return new Response(JSON.stringify(value), {
    ...init,
    headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string> | undefined) },
  })
}

/** A body that arrives as the test sends it. */
export function openBody(type: string, { init, headers = {} }: { init?: RequestInit; headers?: HeadersInit } = {}) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let isCancelled = false
  let isOver = false
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
    cancel() {
      isCancelled = true
      isOver = true
    },
  })
  const cut = (error: unknown = new TypeError('terminated')) => {
    if (!isOver) controller?.error(error)
    isOver = true
  }
  init?.signal?.addEventListener('abort', () => cut(init.signal?.reason))
  return {
    response: new Response(body, { headers: { ...Object.fromEntries(new Headers(headers)), 'content-type': type } }),
    send: (part: string | Uint8Array) =>
      controller?.enqueue(typeof part === 'string' ? new TextEncoder().encode(part) : part),
    close() {
      controller?.close()
      isOver = true
    },
    cut,
    get isCancelled() {
      return isCancelled
    },
    /** It has no reader any more, or it has ended. */
    get isOver() {
      return isOver
    },
  }
}

/** Everything `parts` holds, one part for each read. */
export function bodyOf(parts: readonly (string | Uint8Array)[], type = 'text/plain', headers: HeadersInit = {}) {
  const body = openBody(type, { headers })
  for (const part of parts) body.send(part)
  body.close()
  return body.response
}
