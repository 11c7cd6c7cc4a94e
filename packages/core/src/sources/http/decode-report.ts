import { SourceError, type SourceErrorCode } from '../../errors'
import { isTerminal, type LiveSink, type Snapshot } from '../../types'
import type { WireEvent } from './read-events'
import { withOrigin } from './read-json'
import { endEvent, statusEvent } from './wire-names'

/** What is known beside the text. */
type Facts = Omit<Snapshot, 'offset' | 'text'>

/** The content of a frame. */
interface Frame {
  readonly type?: unknown
  readonly position?: unknown
}

/**
 * Turns what a Keepstream server sends into snapshots. Each starts where the one before ended, under the epoch of the last
 * status, which the server sends first and with each new epoch. A terminal status counts only with the explicit end, because
 * only that is sent after the last character. A report with an unknown name is from a newer server and for newer clients.
 *
 * @param end where the text starts
 */
export function createReportDecoder(end: number, check: (length: number) => void, next: (snapshot: Snapshot) => void) {
  let known: Facts | undefined

  function report(type: unknown, value: { readonly status?: unknown }, text: string, position: number) {
    if (!(position >= text.length)) throw new RangeError(`a report ends at ${position}`)
    check(position)
    end = position
    if (type === statusEvent)
      known = withOrigin(value.status === 'pending' ? value : { ...value, status: 'streaming' }) as Facts
    else if (type === endEvent) known = { ...known, ...value, upToDate: true } as Facts
    next({ status: 'streaming', ...known, offset: end - text.length, text })
  }

  /**
   * The error for what the server cannot have sent. If framed text was changed on the way after its first status, then what
   * was read before may be wrong too, so it is read again.
   */
  function altered(words: string, cause?: unknown, code: SourceErrorCode = known ? 'diverged' : 'server') {
    return new SourceError(code, words, { offset: 0, epoch: known?.origin?.epoch, cause })
  }

  function checked<Raw>(read: (raw: Raw) => void, code?: SourceErrorCode) {
    return (raw: Raw) => {
      try {
        read(raw)
      } catch (cause) {
        throw cause instanceof SourceError ? cause : altered('this is no event of a Keepstream server', cause, code)
      }
    }
  }

  return {
    /** Reads an event of an event stream. */
    event: checked(({ event = '', id = '', data }: WireEvent) => {
      if (event && event !== statusEvent && event !== endEvent) return
      const value = JSON.parse(data)
      report(event, value, event ? '' : value, event === statusEvent ? end : Number(id.split('.')[1]))
    }, 'server'),
    /** Reads a frame of the framed text. Its position shows whether bytes were lost before it. */
    frame: checked((content: string) => {
      const { type, position, ...value } = JSON.parse(content) as Frame
      if (type !== statusEvent && type !== endEvent) return
      if (known && position !== end)
        throw new RangeError(`a frame is at ${Number(position)}, and the text before it ends at ${end}`)
      report(type, value, '', Number(position))
    }),
    /** Reads a part of the framed text. */
    text: checked((text: string) => {
      const { status, origin, upToDate, stalled } = known as Facts
      const offset = end
      end += text.length
      check(end)
      next({ status, origin, upToDate, stalled, offset, text })
    }),
    altered,
  }
}

/** What a driver takes from snapshots: text as chunks, and a terminal status as the end. */
export function toLive({ chunk, end }: LiveSink) {
  return (snapshot: Snapshot) => {
    const { status, offset, origin, error, finishReason } = snapshot
    if (isTerminal(status)) end({ end: offset, status, epoch: origin?.epoch, error, finishReason })
    else chunk(snapshot)
  }
}
