import {
  createStreamClient,
  type FetchLike,
  fetchLive,
  keepstream,
  type Snapshot,
  type SnapshotFetcher,
  type StreamClient,
} from '@keepstream/core'

/**
 * The format of the drive response: framed text, as Keepstream's own client reads it, Server-Sent Events or raw text. `polled` is raw text with a backend without
 * offsets, which responds to each poll with the whole text.
 */
export type Dialect = 'framed' | 'sse' | 'raw' | 'polled'

const types = {
  framed: 'application/vnd.keepstream',
  sse: 'text/event-stream',
  raw: 'text/plain',
  polled: 'text/plain',
}

/** A client as an application creates it, except that it publishes every change at once and retries soon. */
export function createClient(url: string, dialect: Dialect, fetch: FetchLike = globalThis.fetch): StreamClient {
  const only = accepting(types[dialect], fetch)
  const { live } =
    dialect === 'framed'
      ? keepstream({ url, fetch: only })
      : { live: fetchLive({ url: ({ id }) => `${url}/${id}/drive`, canRepeat: true, fetch: only }) }
  const sources = { ...keepstream({ url, fetch }), live, throttleMs: 0, retry: { minMs: 20, maxMs: 200 } }
  if (dialect !== 'polled') return createStreamClient(sources)
  const snapshot: SnapshotFetcher = async ({ id, signal }) => {
    const response = await fetch(`${url}/${id}`, { signal, headers: { accept: 'application/json' } })
    const { text, status } = (await response.json()) as Snapshot
    return { offset: 0, text, status }
  }
  return createStreamClient({ ...sources, snapshot, poll: { minMs: 20, maxMs: 40 } })
}

/** Requests one type and rejects all others, so that a test of one dialect cannot pass with another. */
function accepting(type: string, fetch: FetchLike): FetchLike {
  return async (url, init) => {
    const headers = new Headers(init.headers)
    headers.set('accept', type)
    const response = await fetch(url, { ...init, headers })
    const received = response.headers.get('content-type') ?? ''
    if (response.ok && !received.startsWith(type)) throw new Error(`requested ${type}, received ${received}`)
    return response
  }
}
