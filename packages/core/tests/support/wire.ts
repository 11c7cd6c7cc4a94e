import type { Origin, Snapshot } from '@keepstream/core'

/** Keepstream's events as the server writes them. */
export const wire = {
  status: (value: Partial<Omit<Snapshot, 'text' | 'origin'> & Origin>) =>
    `event: status\ndata: ${JSON.stringify(value)}\n\n`,
  /** The status of a growing stream, with the stored length. */
  grows: (offset: number, { upToDate = false, epoch = 1, base = 0 } = {}) =>
    wire.status({ status: 'streaming', offset, epoch, base, upToDate }),
  text: (end: number, text: string, epoch = 1) => `id: ${epoch}.${end}\ndata: ${JSON.stringify(text)}\n\n`,
  end: (offset: number, status = 'done', error?: string, epoch = 1) =>
    `event: end\nid: ${epoch}.${offset}\ndata: ${JSON.stringify({ status, offset, error })}\n\n`,
  keepAlive: ':\n\n',
}

export const SSE = 'text/event-stream'

export const FRAMED = 'application/vnd.keepstream'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Framed text as the server writes it. */
export const framed = {
  frame: (content: unknown) => Uint8Array.of(0xff, ...bytesOf(JSON.stringify(content)), 0xff),
  grows: (position: number, { upToDate = false, epoch = 1, base = 0 } = {}) =>
    framed.frame({ type: 'status', position, status: 'streaming', offset: position, epoch, base, upToDate }),
  text: bytesOf,
  end: (position: number, facts: Partial<Snapshot> & Partial<Origin> = {}) =>
    framed.frame({ type: 'end', position, status: 'done', offset: position, epoch: 1, ...facts }),
  mark: Uint8Array.of(0xff, 0xff),
}
