import { SourceError } from '../../errors'
import { isTerminal, type LiveSink, type Snapshot } from '../../types'
import { withOrigin } from './read-json'
import type { SseEvent } from './read-sse'
import { endEvent, statusEvent } from './wire-names'

/**
 * Reads Keepstream's own events. Each becomes a snapshot that starts where the one before ended, under the epoch of the last
 * status, which the server sends first and with each new epoch. A terminal status counts only with the explicit end, because
 * only that is sent after the last character. Returns `undefined` for an event with an unknown name, which is from a newer
 * server and for newer clients.
 */
export function createEventDecoder(end: number, check: (length: number) => void) {
  let known: Omit<Snapshot, 'offset' | 'text'> = { status: 'streaming' }

  return ({ event = '', id = '', data }: SseEvent): Snapshot | undefined => {
    try {
      if (event && event !== statusEvent && event !== endEvent) return
      const value = JSON.parse(data)
      const text = event ? '' : value
      if (event === statusEvent)
        known = withOrigin(value.status === 'pending' ? value : { ...value, status: 'streaming' })
      else end = Number(id.split('.')[1])
      if (!(end >= text.length)) throw new RangeError(`an event ends at ${end}`)
      check(end)
      if (event === endEvent) known = { ...known, ...value, upToDate: true }
      return { ...known, offset: end - text.length, text }
    } catch (cause) {
      if (cause instanceof SourceError) throw cause
      throw new SourceError('server', 'this is no event of a Keepstream server', { cause })
    }
  }
}

/** Reads Keepstream's events for a driver: text as chunks, and a terminal status as the end. */
export function createDriveDecoder({ chunk, end }: LiveSink, check: (length: number) => void) {
  const read = createEventDecoder(0, check)
  return (event: SseEvent) => {
    const found = read(event)
    if (!found) return
    const { status, error, finishReason, ...facts } = found
    if (isTerminal(status)) end({ end: facts.offset, status, epoch: facts.origin?.epoch, error, finishReason })
    else chunk(facts)
  }
}
