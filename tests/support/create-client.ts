import { createStreamClient, type FetchLike, fetchLive, keepstream, type StreamClient } from '@keepstream/core'

/** What the driver's response is: Server-Sent Events, or the text as it stands. */
export type Dialect = 'sse' | 'raw'

const types = { sse: 'text/event-stream', raw: 'text/plain' }

/** A client as an application makes it, except that it publishes every change at once. */
export function createClient(url: string, dialect: Dialect, fetch: FetchLike = globalThis.fetch): StreamClient {
  const live = fetchLive({
    url: ({ id }) => `${url}/${id}/drive`,
    canRepeat: true,
    fetch: accepting(types[dialect], fetch),
  })
  return createStreamClient({ ...keepstream({ url, fetch }), live, publishMs: 0 })
}

/** Asks for one type and takes no other, so that a test of one dialect cannot pass by the other. */
function accepting(type: string, fetch: FetchLike): FetchLike {
  return async (url, init) => {
    const headers = new Headers(init.headers)
    headers.set('accept', type)
    const response = await fetch(url, { ...init, headers })
    const answered = response.headers.get('content-type') ?? ''
    if (response.ok && !answered.startsWith(type)) throw new Error(`asked for ${type}, answered with ${answered}`)
    return response
  }
}
