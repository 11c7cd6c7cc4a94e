import { lastEventId, queryNames } from '../wire-names'

/** Where a request reads on. */
export interface Position {
  readonly offset: number
  /** The epoch of the text that the reader holds, if it sent one. */
  readonly epoch: number | undefined
  /** The position came as `Last-Event-ID`, so the reader is a native `EventSource`. */
  readonly isEventSource: boolean
}

export const beginning: Position = { offset: 0, epoch: undefined, isEventSource: false }

/**
 * Where a drive continues. A driver that joins sends the offset and the epoch of the text that it holds. Anything else
 * starts from 0, which is always correct.
 */
export function drivePosition(request: Request): Position {
  const position = readPosition(request)
  return position?.epoch === undefined ? beginning : { ...position, isEventSource: false }
}

/**
 * `undefined` for anything malformed. `Last-Event-ID` wins over the query, which an `EventSource` repeats unchanged.
 */
export function readPosition(request: Request): Position | undefined {
  const last = request.headers.get(lastEventId)
  if (last !== null && last !== '') {
    const [epoch, offset, ...more] = last.split('.').map(count)
    if (epoch === undefined || offset === undefined || more.length > 0) return undefined
    return { offset, epoch, isEventSource: true }
  }
  const search = new URL(request.url).searchParams
  const offset = search.has(queryNames.offset) ? count(search.get(queryNames.offset) ?? '') : 0
  const epoch = search.has(queryNames.epoch) ? count(search.get(queryNames.epoch) ?? '') : undefined
  if (offset === undefined || (search.has(queryNames.epoch) && epoch === undefined)) return undefined
  return { offset, epoch, isEventSource: false }
}

function count(digits: string): number | undefined {
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined
}
