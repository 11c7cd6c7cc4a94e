import { type RequestOptions, request } from './request'
import { isTerminal } from './state'
import type { LiveSource, SnapshotTail, StopSource } from './types'
import { readWire, WIRE_STALL_MS as stallMs } from './wire'

export interface KeepstreamOptions extends RequestOptions {
  /** Where the server's `handler` is mounted, such as `/streams`. */
  readonly url: string
}

/** The sources for a Keepstream server: `createStreamClient(keepstream({ url: '/streams' }))`. */
export function keepstream({ url, ...options }: KeepstreamOptions): {
  live: LiveSource
  snapshot: SnapshotTail
  stop: StopSource
} {
  const at = (id: string) => `${url}/${encodeURIComponent(id)}`
  return {
    live: {
      canRepeat: true,
      stallMs,
      open: ({ id, signal }, { chunk, end, alive }) =>
        readWire(
          options,
          `${at(id)}/drive`,
          0,
          { method: 'POST', signal },
          ({ status, ...piece }) =>
            isTerminal(status) ? end({ end: piece.offset, status, error: piece.error }) : chunk(piece),
          alive,
        ),
    },
    snapshot: {
      stallMs,
      open: ({ id, offset, epoch, signal }, { next, alive }) =>
        readWire(
          options,
          `${at(id)}?offset=${offset}${epoch ? `&epoch=${epoch}` : ''}`,
          offset,
          { signal },
          next,
          alive,
        ),
    },
    async stop({ id }) {
      const init = { method: 'POST', signal: AbortSignal.timeout(STOP_MS) }
      const { status, offset } = await (await request(options, `${at(id)}/stop`, 'application/json', init)).json()
      return isTerminal(status) ? { end: offset, status } : undefined
    },
  }
}

/** The server answers a stop within 5 s, latched or done, in milliseconds. */
const STOP_MS = 10_000
