import { SourceError } from '../../errors'
import { isTerminal, type LiveSink, type Snapshot } from '../../types'
import type { SseEvent } from './read-sse'
import { endEvent, statusEvent } from './wire-names'

/**
 * Reads Keepstream's own events. Each becomes a snapshot that starts where the one before ended. A terminal status counts
 * only with the explicit end, because only that is sent after the last character. `requested` is the epoch of the request.
 * It is used until the server sends its own, with the first status or in the id of the first text.
 */
export function createEventDecoder(end: number, check: (length: number) => void, requested?: number) {
  let known: Omit<Snapshot, 'text'> = { status: 'streaming' }

  return ({ event = '', id = '', data }: SseEvent): Snapshot & { offset: number } => {
    try {
      // An event with an unknown name is from a newer server, for newer clients.
      if (event && event !== statusEvent && event !== endEvent)
        return { epoch: requested, ...known, offset: end, text: '' }
      const value = JSON.parse(data)
      const text = event ? '' : value
      if (event === statusEvent) known = value.status === 'pending' ? value : { ...value, status: 'streaming' }
      else {
        const [epoch, last] = id.split('.').map(Number)
        end = Number(last)
        known = { epoch, ...known }
      }
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
    const { status, error, finishReason, ...chunkFacts } = read(event)
    if (isTerminal(status)) end({ end: chunkFacts.offset, status, epoch: chunkFacts.epoch, error, finishReason })
    else chunk(chunkFacts)
  }
}
