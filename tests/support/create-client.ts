import { createStreamClient, type FetchLike, fetchLive, keepstream, type StreamClient } from '@keepstream/core'

/** What the driver's response is: Server-Sent Events, or the text as it stands. */
export type Dialect = 'sse' | 'raw'

/** A client as an application makes it, except that it publishes every change at once. */
export function createClient(url: string, dialect: Dialect, fetch?: FetchLike): StreamClient {
  const sources = keepstream({ url, ...(fetch && { fetch }) })
  if (dialect === 'sse') return createStreamClient({ ...sources, publishMs: 0 })
  const live = fetchLive({
    url: ({ id }) => `${url}/${id}/drive`,
    method: 'POST',
    headers: { accept: 'text/plain' },
    ...(fetch && { fetch }),
  })
  return createStreamClient({ ...sources, live, publishMs: 0 })
}
