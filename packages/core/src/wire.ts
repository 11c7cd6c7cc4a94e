import { SourceError } from './errors'
import { readSse, type SseEvent } from './read-sse'
import { type RequestOptions, request } from './request'
import type { Snapshot } from './types'

/** The server keeps a connection alive every 8 s: one that misses three of them is dead, in milliseconds. */
export const WIRE_STALL_MS = 25_000

/** Reads Keepstream's own events from `offset` on, over one connection. Each is a snapshot from where the last one ended. */
export async function readWire(
  options: RequestOptions,
  url: string,
  offset: number,
  init: RequestInit,
  next: (snapshot: Snapshot & { offset: number }) => void,
  alive: () => void,
): Promise<void> {
  const { body } = await request(options, url, 'text/event-stream', init)
  alive()
  const read = createReader(offset)
  if (body) await readSse(body, (event) => next(read(event)), alive)
}

/** A terminal status counts only with the explicit end, which alone is sent after the last character. */
export function createReader(end: number) {
  let known: Omit<Snapshot, 'text'> = { status: 'streaming' }

  return ({ event, id = '', data }: SseEvent) => {
    try {
      const value = JSON.parse(data)
      const text = event ? '' : value
      if (event === 'status') known = { ...value, status: value.status === 'pending' ? 'pending' : 'streaming' }
      else end = Number(id.split('.')[1])
      if (event === 'end') known = { ...known, ...value, upToDate: true }
      return { ...known, offset: end - text.length, text }
    } catch (cause) {
      throw new SourceError('server', 'an event is not Keepstream’s own', { cause })
    }
  }
}
