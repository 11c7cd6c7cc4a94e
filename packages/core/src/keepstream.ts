import { StreamError } from './errors'
import { readSse } from './read-sse'
import { createRequest, type RequestOptions } from './request'
import { isTerminal, type LiveSource, type Snapshot, type SnapshotTail, type StopSource } from './types'
import { createReader } from './wire'

export interface KeepstreamOptions extends RequestOptions {
  /** Where the server's `handler` is mounted, such as `/streams`, without a query. */
  readonly url: string
}

/** The server keeps a connection alive every 8 s: one that misses three of them is dead. */
const stallMs = 25_000

/** The sources for a Keepstream server: `createStreamClient(keepstream({ url: '/streams' }))`. */
export function keepstream({ url, ...options }: KeepstreamOptions): {
  live: LiveSource
  snapshot: SnapshotTail
  stop: StopSource
} {
  if (typeof url !== 'string') throw new StreamError('invalid-option', 'keepstream needs `url`, such as "/streams"')
  const request = createRequest(options)
  const at = (id: string, path: string) => `${url.replace(/\/$/, '')}/${encodeURIComponent(id)}${path}`

  async function open(
    path: string,
    init: RequestInit,
    offset: number,
    next: (snapshot: Snapshot & { offset: number }) => void,
    alive: () => void,
  ) {
    const response = await request(path, 'text/event-stream', init)
    alive()
    const read = createReader(offset)
    await readSse(response, (event) => next(read(event)), alive)
  }

  return {
    live: {
      canRepeat: true,
      stallMs,
      open({ id, signal }, { chunk, end, alive }) {
        const next = ({ status, ...rest }: Snapshot & { offset: number }) =>
          isTerminal(status) ? end({ end: rest.offset, status, error: rest.error }) : chunk(rest)
        return open(at(id, '/drive'), { method: 'POST', signal }, 0, next, alive)
      },
    },
    snapshot: {
      stallMs,
      open({ id, offset, epoch, signal }, { next, alive }) {
        return open(at(id, `?offset=${offset}${epoch ? `&epoch=${epoch}` : ''}`), { signal }, offset, next, alive)
      },
    },
    async stop({ id, signal }) {
      const init = { method: 'POST', signal }
      const { status, offset, ...rest } = await (await request(at(id, '/stop'), 'application/json', init)).json()
      return isTerminal(status) ? { ...rest, end: offset, status } : undefined
    },
  }
}
